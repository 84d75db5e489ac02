package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AttentionTest {

  @Test
  void blockCausalWithBlockOneIsCausalAndWithTheWholeCanvasIsBidirectional() {
    int length = 11;
    for (int i = 0; i < length; i++) {
      assertEquals(Attention.CAUSAL.visible(i), new Attention.BlockCausal(1, length).visible(i));
      assertEquals(
          new Attention.Bidirectional(length).visible(i),
          new Attention.BlockCausal(length, length).visible(i));
    }
  }

  @Test
  void blocksAreAlignedToPositionZeroAndTheLastOneIsCutAtTheCanvas() {
    Attention a = new Attention.BlockCausal(4, 10);
    assertEquals(4, a.visible(0));
    assertEquals(4, a.visible(3));
    assertEquals(8, a.visible(4));
    assertEquals(10, a.visible(9));
  }

  @Test
  void treeNodesSeeTheirAncestorsAndThemselvesOnly() {
    // 0 ── 1 ── 3
    //  └── 2
    Attention.Tree tree = new Attention.Tree(5, new int[] {-1, 0, 0, 1});
    assertTrue(tree.sees(3, 0) && tree.sees(3, 1) && tree.sees(3, 3));
    assertFalse(tree.sees(3, 2));
    assertTrue(tree.sees(2, 0));
    assertFalse(tree.sees(2, 1));
    assertEquals(0, tree.depth(0));
    assertEquals(2, tree.depth(3));
  }

  @Test
  void aNodeBeforeItsParentIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Attention.Tree(0, new int[] {-1, 1}));
  }
}
