package org.decodebench.core.kernel;

import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * F16 values, {@code [panel][column][64]}. The Vector API cannot widen them, but the compiler makes
 * the machine's instruction of a plain loop.
 */
final class F16Panels extends TiledPanels {
  private static final VectorSpecies<Short> SHORTS = Lanes.FLOATS.withLanes(short.class);

  /** Shorts in a cache line. */
  private static final int LINE = 32;

  private static final int FEW = 2;

  private static final int SMALL_TILE = 64;

  private static final WarmUp WARM_UP = warmUp(DType.F16);

  private final short[] data;

  F16Panels(Tensor tensor) {
    super(DType.F16, tensor, 1, PANEL, 2 * LEAD);
    data = new short[size()];
    pack(tensor);
  }

  @Override
  public long memory() {
    return 2L * data.length;
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packUnit(byte[] bytes, int from, int columns, int unit, int row) {
    data[unit + row] = (short) u16(bytes, from);
  }

  @Override
  float value(int unit, int row, int column) {
    return Float.float16ToFloat(data[unit + row]);
  }

  /** Few inputs are multiplied so fast that widening reads at the memory's speed by itself. */
  @Override
  boolean readsAhead(int n) {
    return n > FEW && super.readsAhead(n);
  }

  /** So little work for few inputs that a short tile's successor is read during it. */
  @Override
  int tileColumns(int n) {
    return n > FEW ? super.tileColumns(n) : SMALL_TILE;
  }

  @Override
  int readAhead(int from, int to) {
    ShortVector sum = ShortVector.zero(SHORTS);
    for (int i = from; i < to; i += LINE) {
      sum = sum.add(ShortVector.fromArray(SHORTS, data, i));
    }
    return sum.lane(0);
  }

  @Override
  void unpackUnit(int start, float[] tile, int to) {
    unpack(start, 1, tile, to);
  }

  @Override
  void unpack(int start, int units, float[] tile, int to) {
    for (int i = 0; i < units * PANEL; i++) {
      tile[to + i] = Float.float16ToFloat(data[start + i]);
    }
  }
}
