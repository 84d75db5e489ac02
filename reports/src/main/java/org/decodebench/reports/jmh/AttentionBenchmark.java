package org.decodebench.reports.jmh;

import org.decodebench.core.kernel.AttentionRows;
import org.decodebench.core.kernel.KeyValues;
import org.decodebench.core.kernel.Workspace;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Attention of one layer over a cache of {@code keys} positions: 32 query heads of 64 components
 * that share 4 key/value heads, as in a Llama of 1.1 billion weights.
 *
 * <p>One row is a step of autoregressive decoding, 16 rows are a draft that is verified or a block
 * that is denoised. All rows see all keys: the work of a bidirectional canvas, and an upper bound
 * of a causal run. With a streaming softmax the time should grow with the keys and with nothing
 * else; a jump where the scores outgrow a cache would mean that they are written out.
 */
public class AttentionBenchmark extends Twins {
  private static final int HEADS = 32;
  private static final int KEY_HEADS = 4;
  private static final int SIZE = 64;

  @Param({"64", "512", "2048"})
  public int keys;

  @Param({"1", "16"})
  public int rows;

  private final AttentionRows sees = new AttentionRows(HEADS, 1 / 8f);
  private final Workspace workspace = new Workspace();
  private float[] out;

  @Setup
  public void setUp() {
    KeyValues cache = filled();
    float[] queries = gaussians(rows * HEADS * SIZE, 3);
    out = new float[rows * HEADS * SIZE];
    sees.reset(rows, 0);
    for (int row = 0; row < rows; row++) {
      sees.sees(row, 0, keys);
    }
    sees.bind(cache, queries, HEADS * SIZE, out, HEADS * SIZE, 0);
    for (int pass = 0; pass < 2; pass++) {
      Agreement.close("attention", vector().clone(), scalar(), 1e-5);
      compiled();
    }
  }

  private KeyValues filled() {
    KeyValues cache = new KeyValues(KEY_HEADS, SIZE, keys);
    for (int slot = 0; slot < keys; slot++) {
      cache.store(
          slot,
          gaussians(KEY_HEADS * SIZE, 10L + slot),
          0,
          gaussians(KEY_HEADS * SIZE, -10L - slot),
          0);
    }
    return cache;
  }

  @Benchmark
  public float[] vector() {
    vector.attend(sees, 0, sees.blocks(), workspace);
    return out;
  }

  @Benchmark
  public float[] scalar() {
    scalar.attend(sees, 0, sees.blocks(), workspace);
    return out;
  }
}
