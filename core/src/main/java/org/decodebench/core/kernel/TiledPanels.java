package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * Packed values that take several instructions to widen: for few inputs in registers, for more of
 * them once into a tile that stays in the cache.
 */
abstract class TiledPanels extends PackedPanels {
  /**
   * Bytes from which on a matrix is read ahead. Smaller ones are of small models, which caches
   * hold: there it would only take time (up to a third of that of one input).
   */
  private static final int READ_AHEAD = 1 << 20;

  /** Most inputs that any type multiplies without a tile. */
  static final int MOST = 4;

  TiledPanels(DType type, Tensor tensor, int unitColumns, int unitSize, int lead) {
    super(type, tensor, unitColumns, unitSize, lead);
  }

  /** Writes a unit as floats, {@code [unitColumns][PANEL]}, from {@code tile[to]} on. */
  abstract void unpackUnit(int start, float[] tile, int to);

  /** The same for several. */
  void unpack(int start, int units, float[] tile, int to) {
    for (int i = 0; i < units; i++) {
      unpackUnit(start + i * unitSize, tile, to + i * unitColumns * PANEL);
    }
  }

  /** Most inputs for which unpacking in registers, by {@link #multiply}, is cheaper than a tile. */
  int few() {
    return 0;
  }

  /**
   * {@code n} inputs times {@code count} columns from the unit at {@code start}: goes on with the
   * sums of 64 outputs each.
   *
   * @param n {@link #few} at most
   * @param scratch for the scales of the columns
   */
  void multiply(
      int n, int start, int count, float[] x, int xo, float[] y, int yo, float[] scratch) {
    throw new IllegalStateException(type() + " is multiplied through a tile");
  }

  @Override
  void block(
      int panel,
      int from,
      int count,
      float[] x,
      int xOffset,
      int n,
      float[] y,
      int yOffset,
      Workspace workspace) {
    int unit = from / unitColumns;
    float[] tile = workspace.tile;
    boolean ready = warmUp().isReady();
    if (ready) {
      int units = (count + unitColumns - 1) / unitColumns;
      if (readsAhead(n)) {
        workspace.touched(readAhead(start(panel, unit), start(panel, unit + units)));
      }
      if (n <= few()) {
        int at = start(panel, unit);
        multiply(n, at, count, x, xOffset, y, yOffset, workspace.scales(count));
        return;
      }
    }
    int step = tileColumns(n);
    for (int k = 0; k < count; k += step) {
      int columns = Math.min(step, count - k);
      int first = unit + k / unitColumns;
      if (ready) {
        unpack(start(panel, first), (columns + unitColumns - 1) / unitColumns, tile, LEAD);
      } else {
        unpackPlain(start(panel, first), columns, tile);
      }
      PanelGemm.multiply(tile, LEAD, columns, x, xOffset + k, n, y, yOffset);
    }
  }

  /** Whether {@link #readAhead} pays for {@code n} inputs. */
  boolean readsAhead(int n) {
    return bytes() >= READ_AHEAD;
  }

  /** Columns of a tile for {@code n} inputs: whole units, {@link #TILE_MOST} at most. */
  int tileColumns(int n) {
    return Math.max(unitColumns, TILE);
  }

  /**
   * Brings what is about to be unpacked, {@code from…to-1} of the array, into the cache. Unpacking
   * takes some ten or twenty instructions for each cache line, so that a core sees only a few lines
   * ahead and waits for memory most of the time; this loop takes two, and keeps as many lines on
   * their way as the core can.
   *
   * @return anything that depends on what was read
   */
  abstract int readAhead(int from, int to);

  /** {@link #unpack} one by one. */
  private void unpackPlain(int start, int count, float[] tile) {
    for (int k = 0; k < count; k++) {
      int unit = start + k / unitColumns * unitSize;
      for (int c = 0; c < PANEL; c++) {
        tile[LEAD + k * PANEL + c] = value(unit, c, k % unitColumns);
      }
    }
  }

  /** Unpacks and multiplies a panel of {@code columns} columns: what a type's warm-up does. */
  static void exercise(TiledPanels panel, Workspace workspace, float[] x, float[] y) {
    int count = panel.columns();
    int start = panel.start(0, 0);
    workspace.touched(panel.readAhead(start, panel.start(1, 0)));
    panel.unpack(start, count / panel.unitColumns, workspace.tile, LEAD);
    for (int n = 1; n <= panel.few(); n++) {
      panel.multiply(n, start, count, x, 0, y, 0, workspace.scales(count));
    }
  }

  /** A type's exercise on a panel of zeros. */
  static WarmUp warmUp(DType type) {
    return new WarmUp(
        new Runnable() {
          private final Workspace workspace = new Workspace();
          private final float[] x = new float[MOST * Inputs.STRIDE];
          private final float[] y = new float[MOST * PANEL];
          private TiledPanels panel;

          @Override
          public void run() {
            if (panel == null) {
              panel = (TiledPanels) of(Tensor.zeros(type, PANEL, TILE_MOST));
            }
            exercise(panel, workspace, x, y);
          }
        });
  }

  /** Whether {@link #unpack} and {@link #multiply} are compiled. */
  abstract WarmUp warmUp();
}
