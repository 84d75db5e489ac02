package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * Packed values that take several instructions to widen: for one input in registers, for more of
 * them once into a tile that stays in the cache.
 */
abstract class TiledPanels extends PackedPanels {
  /** Ints in a cache line. */
  private static final int LINE = 16;

  /** Most inputs that are multiplied without a tile. */
  static final int FEW = 4;

  TiledPanels(DType type, Tensor tensor, int unitColumns, int unitLines) {
    super(type, tensor, unitColumns, unitLines);
  }

  /** Writes a unit as floats, {@code [unitColumns][PANEL]}, from {@code tile[to]} on. */
  abstract void unpack(int start, float[] tile, int to);

  /**
   * One input times {@code count} columns from the unit at {@code start}: 64 outputs.
   *
   * @param scales scratch for the scales of {@link #K_BLOCK} columns
   */
  abstract void multiply(
      int start, int count, float[] x, int xOffset, float[] y, int yOffset, float[] scales);

  /**
   * The same for a few inputs, {@code xs} and {@code ys} apart, where unpacking in registers is
   * still cheaper than a tile.
   *
   * @return whether this type has a kernel for {@code n} inputs
   */
  boolean multiplyFew(
      int n,
      int start,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      float[] scales) {
    return false;
  }

  @Override
  void block(
      int panel,
      int from,
      int count,
      float[] x,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    int unit = from / unitColumns;
    float[] tile = workspace.tile;
    if (!warmUp().isReady()) {
      unpackPlain(start(panel, unit), count, tile);
      PanelGemm.multiply(tile, 0, count, x, from, xStride, n, y, yOffset, yStride);
      return;
    }
    int units = (count + unitColumns - 1) / unitColumns;
    workspace.touched += touch(data, start(panel, unit), start(panel, unit + units));
    if (n == 1) {
      multiply(start(panel, unit), count, x, from, y, yOffset, workspace.scales);
      return;
    }
    if (n <= FEW
        && multiplyFew(
            n,
            start(panel, unit),
            count,
            x,
            from,
            xStride,
            y,
            yOffset,
            yStride,
            workspace.scales)) {
      return;
    }
    for (int k = 0; k < count; k += unitColumns) {
      unpack(start(panel, unit + k / unitColumns), tile, k * PANEL);
    }
    PanelGemm.multiply(tile, 0, count, x, from, xStride, n, y, yOffset, yStride);
  }

  /**
   * Brings what is about to be unpacked into the cache. Unpacking takes some twenty instructions
   * for each cache line, so that a core sees only a few lines ahead and waits for memory most of
   * the time; this loop takes two, and keeps as many lines on their way as the core can.
   */
  private static int touch(int[] data, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i += LINE) {
      sum += data[i];
    }
    return sum;
  }

  /** {@link #unpack} one by one. */
  private void unpackPlain(int start, int count, float[] tile) {
    for (int k = 0; k < count; k++) {
      int unit = start + k / unitColumns * unitLines * PANEL;
      for (int c = 0; c < PANEL; c++) {
        tile[k * PANEL + c] = value(unit + c, k % unitColumns);
      }
    }
  }

  /** Unpacks and multiplies a panel of {@code columns} columns: what a type's warm-up does. */
  static void exercise(TiledPanels panel, Workspace workspace, float[] x, float[] y) {
    int count = panel.columns();
    for (int k = 0; k < count; k += panel.unitColumns) {
      panel.unpack(panel.unitStart(0, k), workspace.tile, k * PANEL);
    }
    panel.multiply(0, count, x, 0, y, 0, workspace.scales);
    for (int n = 2; n <= FEW; n++) {
      panel.multiplyFew(n, 0, count, x, 0, K_BLOCK, y, 0, PANEL, workspace.scales);
    }
  }

  /** A type's exercise on a panel of zeros. */
  static WarmUp warmUp(DType type) {
    return new WarmUp(
        new Runnable() {
          private final Workspace workspace = new Workspace();
          private final float[] x = new float[FEW * K_BLOCK];
          private final float[] y = new float[FEW * PANEL];
          private TiledPanels panel;

          @Override
          public void run() {
            if (panel == null) {
              panel = (TiledPanels) of(Tensor.zeros(type, PANEL, K_BLOCK));
            }
            exercise(panel, workspace, x, y);
          }
        });
  }

  /** Whether {@link #unpack} and {@link #multiply} are compiled. */
  abstract WarmUp warmUp();
}
