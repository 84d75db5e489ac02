package org.decodebench.tornado;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.decodebench.core.model.ModelConfig;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * What a forward works on, on the device for the life of an {@link Engine}. Rows are padded to
 * {@link RowKernels#stride}; what is in the padding is not known: TornadoVM does not upload a
 * buffer that a graph writes before it reads it.
 *
 * @param state index of the chunk of layers to run
 * @param x the residual stream
 * @param h its normalised form
 * @param qkv queries, keys and values side by side
 * @param mixed what attention gives
 * @param gateUp gate and up side by side, or up alone
 * @param m the activated MLP
 * @param summary of the rows of logits, see {@link SummaryKernel}
 */
record Buffers(
    IntArray state,
    FloatArray x,
    FloatArray h,
    FloatArray qkv,
    FloatArray mixed,
    FloatArray gateUp,
    FloatArray m,
    FloatArray keys,
    FloatArray values,
    FloatArray angles,
    FloatArray logits,
    DoubleArray summary) {

  /**
   * Sizes of buffers.
   *
   * @param rows most rows of a forward, a multiple of {@link Products#TILE}
   * @param outputs most rows whose logits are wanted, likewise
   * @param pool rows of the cache, a multiple of {@link AttentionKernels#PANEL}
   * @param paths most nodes in the paths of a forward's tree rows
   * @param positions rows of the rotary table
   */
  record Dims(int rows, int outputs, int pool, int paths, int positions) {

    /** The smallest that covers both. */
    Dims cover(Dims o) {
      return new Dims(
          Math.max(rows, o.rows),
          Math.max(outputs, o.outputs),
          Math.max(pool, o.pool),
          Math.max(paths, o.paths),
          Math.max(positions, o.positions));
    }

    /** Bytes of all buffers. */
    long bytes(ModelConfig config) {
      return rowBytes(config) * rows
          + (4L * config.vocabSize() + 8L * SummaryKernel.FIELDS) * outputs
          + keyValueBytes(config) * pool
          + 4L * config.headSize() * positions
          + 4L * Call.size(rows, paths);
    }

    /** Of what is kept of a row between kernels. */
    static long rowBytes(ModelConfig c) {
      long up = (long) c.mlpSize() * (c.mlp() == ModelConfig.Mlp.SWIGLU ? 3 : 2);
      return 4 * (2L * c.hiddenSize() + 2L * c.querySize() + 2L * c.kvSize() + up);
    }

    /** Of the keys and values of a position. */
    static long keyValueBytes(ModelConfig c) {
      return 8L * c.layers() * c.kvSize();
    }
  }

  static Buffers of(ModelConfig config, Dims dims, float[] angles) {
    int up = config.mlpSize() * (config.mlp() == ModelConfig.Mlp.SWIGLU ? 2 : 1);
    int pool = Math.multiplyExact(dims.pool, Math.multiplyExact(config.layers(), config.kvSize()));
    return new Buffers(
        new IntArray(1),
        rows(dims.rows, config.hiddenSize()),
        rows(dims.rows, config.hiddenSize()),
        rows(dims.rows, config.querySize() + 2 * config.kvSize()),
        rows(dims.rows, config.querySize()),
        rows(dims.rows, up),
        rows(dims.rows, config.mlpSize()),
        new FloatArray(pool),
        new FloatArray(pool),
        angles.length == 0 ? new FloatArray(1) : FloatArray.fromArray(angles),
        new FloatArray(Math.multiplyExact(dims.outputs, config.vocabSize())),
        new DoubleArray(dims.outputs * SummaryKernel.FIELDS));
  }

  private static FloatArray rows(int rows, int columns) {
    return new FloatArray(Math.multiplyExact(rows, RowKernels.stride(columns)));
  }

  /** Copies keys and values of a pool that is no larger. */
  void takeKeysAndValues(Buffers from, int heads) {
    long rows = from.keys.getSegment().byteSize() / heads;
    long mine = keys.getSegment().byteSize() / heads;
    for (int head = 0; head < heads; head++) {
      MemorySegment.copy(from.keys.getSegment(), head * rows, keys.getSegment(), head * mine, rows);
      MemorySegment.copy(
          from.values.getSegment(), head * rows, values.getSegment(), head * mine, rows);
    }
  }

  List<TornadoNativeArray> arrays() {
    return List.of(state, x, h, qkv, mixed, gateUp, m, keys, values, angles, logits, summary);
  }
}
