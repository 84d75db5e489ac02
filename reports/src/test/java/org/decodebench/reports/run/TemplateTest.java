package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.junit.jupiter.api.Test;

class TemplateTest {
  private final WordTokenizer words = new WordTokenizer(List.of("the", "cat", "sat", "."));

  @Test
  void gapsAreOpenAndEverythingElseIsKept() {
    Template template = Template.parse("The [MASK*2] sat [MASK].", words);
    assertArrayEquals(new int[] {0, 3}, template.prompt());
    assertArrayEquals(new int[] {-1, -1, 5, -1, 6}, template.rest());
  }

  @Test
  void aGapMayComeFirst() {
    Template template = Template.parse("[MASK] sat", words);
    assertArrayEquals(new int[] {0}, template.prompt());
    assertArrayEquals(new int[] {-1, 5}, template.rest());
  }

  @Test
  void aTextWithoutAGapIsNoTemplate() {
    assertThrows(UsageException.class, () -> Template.parse("the cat sat", words));
  }
}
