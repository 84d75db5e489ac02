package org.decodebench.tornado;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.DeviceModel;
import org.decodebench.core.model.ForwardCost;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.RopeTable;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tokenizer.Tokenizer;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * The transformer on a device of TornadoVM. Weights and caches stay on the device; a forward sends
 * token ids and brings back the logits that are asked for. Sessions share one pool of cache rows
 * and take turns.
 */
public final class TornadoTransformer implements DeviceModel {
  /** Bytes that buffers may have before anything larger is asked for. */
  private static final long FIRST_BYTES = 64 << 20;

  private static final int MOST_FIRST_ROWS = 1024;
  private static final int FIRST_PATHS = 8192;

  private final String name;
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final TornadoDevice device;
  private final DeviceWeights weights;
  private final ForwardCost cost;
  private final RopeTable rope;
  private final RowPool pool = new RowPool();

  /** Null until a session is opened. */
  private Engine engine;

  /** Whose logits and hidden states the device has, or null. */
  private TornadoSession holder;

  private boolean profiled;
  private Times before = new Times(0, 0, 0);

  /**
   * Packs the weights; the source may be closed afterwards.
   *
   * @throws UsageException if a tensor is missing or misshapen, or the device is too small
   */
  TornadoTransformer(String name, WeightSource source, Tokenizer tokenizer, TornadoDevice device) {
    this.name = name;
    this.config = source.config();
    this.tokenizer = tokenizer;
    this.device = device;
    config.check(name, tokenizer.vocabSize());
    if (config.headSize() > AttentionKernels.MAX_HEAD) {
      throw new UsageException(
          "%s: heads of %d; backend tornado takes up to %d, use --backend auto"
              .formatted(name, config.headSize(), AttentionKernels.MAX_HEAD));
    }
    weights = DeviceWeights.load(source);
    cost = weights.cost(config);
    rope =
        config.positions() instanceof ModelConfig.Positions.Rope rotary
            ? new RopeTable(rotary)
            : null;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public ForwardCost cost() {
    return cost;
  }

  @Override
  public BackendProvider.Device device() {
    return Devices.describe(device);
  }

  @Override
  public synchronized void profile() {
    profiled = true;
    if (engine != null) {
      engine.profile();
    }
  }

  @Override
  public synchronized Times times() {
    return engine == null ? before : before.plus(engine.times());
  }

  @Override
  public synchronized Session open(int capacity, int width) {
    config.checkSession(capacity, width);
    int rows = Math.multiplyExact(capacity, width);
    int first = engine == null ? -1 : pool.take(rows, engine.dims().pool());
    if (first < 0 || engine.dims().positions() < capacity) {
      int end = first >= 0 ? pool.end() : Math.addExact(pool.end(), rows);
      grow(new Buffers.Dims(0, 0, end, 0, capacity));
      first = first >= 0 ? first : pool.take(rows, engine.dims().pool());
    }
    return new TornadoSession(this, capacity, width, first);
  }

  /** Makes the buffers large enough. */
  private void grow(Buffers.Dims least) {
    Buffers.Dims had = engine == null ? first() : engine.dims();
    Buffers.Dims need = had.cover(least);
    if (engine != null && need.equals(had)) {
      return;
    }
    Buffers.Dims dims =
        new Buffers.Dims(
            grown(had.rows(), need.rows(), Products.TILE),
            grown(had.outputs(), need.outputs(), Products.TILE),
            grown(had.pool(), need.pool(), AttentionKernels.PANEL),
            grown(had.paths(), need.paths(), 1),
            Math.min(grown(had.positions(), need.positions(), 1), config.contextLength()));
    checkMemory(dims);
    float[] angles = rope == null ? new float[0] : angles(dims.positions());
    Engine old = engine;
    Buffers kept = old == null || pool.end() == 0 ? null : old.download();
    if (old != null) {
      keep();
      before = before.plus(old.times());
      old.close();
      engine = null;
    }
    engine = Engine.open(config, weights, angles, device, dims, kept);
    if (profiled) {
      engine.profile();
    }
  }

  private float[] angles(int positions) {
    float[] table = rope.upTo(positions);
    return table.length == positions * 2 * rope.half()
        ? table
        : java.util.Arrays.copyOf(table, positions * 2 * rope.half());
  }

  private static int grown(int had, int need, int multiple) {
    int size = need > had ? Math.max(need, Math.min(2 * had, need + need / 2)) : had;
    return (size + multiple - 1) / multiple * multiple;
  }

  private Buffers.Dims first() {
    int rows = fit(Buffers.Dims.rowBytes(config), Products.TILE);
    int outputs = fit(4L * config.vocabSize(), Products.TILE);
    int pool = fit(Buffers.Dims.keyValueBytes(config), AttentionKernels.PANEL);
    return new Buffers.Dims(
        rows, outputs, pool, FIRST_PATHS, Math.min(config.contextLength(), MOST_FIRST_ROWS));
  }

  private static int fit(long bytes, int multiple) {
    long fit = Math.min(FIRST_BYTES / bytes, MOST_FIRST_ROWS);
    return (int) Math.max(fit / multiple * multiple, multiple);
  }

  private void checkMemory(Buffers.Dims dims) {
    long need = weights.deviceBytes() + dims.bytes(config);
    long has = device.getMaxGlobalMemory();
    if (need > has) {
      throw new UsageException(
          "%s needs %d MB on device %s, which has %d MB; take a smaller model, fewer sequences or"
                  .formatted(
                      name, need >> 20, device.getPhysicalDevice().getDeviceName(), has >> 20)
              + " --backend auto");
    }
  }

  /** Evaluates runs that have been checked. */
  synchronized void forward(TornadoSession session, List<Run> runs, RowLayout layout) {
    if (holder != session) {
      keep();
    }
    holder = null;
    grow(new Buffers.Dims(layout.rows(), layout.wanted(), 0, layout.paths(), 0));
    layout.write(runs, session.firstRow(), session.capacity(), engine.call(), engine.dims());
    int wanted = layout.wanted();
    holder = session;
    if (engine.summarizes()) {
      engine.forward(layout.rows(), wanted, session.summary(wanted * SummaryKernel.FIELDS));
    } else {
      engine.forward(layout.rows(), wanted, session.summary());
      session.logits();
    }
  }

  /** Copies rows of the last forward's logits from the device to their places. */
  void copyLogits(int first, int rows, float[] to) {
    engine.logits(first, rows, to);
  }

  /** Copies what the logits of the last forward were computed from. */
  void copyHidden(float[] to) {
    engine.hidden(to);
  }

  /** What the last forward left on the device is about to go. */
  private void keep() {
    if (holder != null) {
      holder.keep();
      holder = null;
    }
  }

  /** Moves rows of the pool, in order: {@code from[i]} to {@code to[i]}. */
  synchronized void move(int[] from, int[] to) {
    int most = engine.dims().rows();
    for (int start = 0; start < from.length; start += most) {
      int count = Math.min(most, from.length - start);
      for (int i = 0; i < count; i++) {
        int record = Call.HEADER + i * Call.RECORD;
        engine.call().set(record + Call.FROM, from[start + i]);
        engine.call().set(record + Call.TO, to[start + i]);
      }
      engine.move(count);
    }
  }

  synchronized void release(TornadoSession session) {
    holder = holder == session ? null : holder;
    pool.free(session.firstRow());
  }

  @Override
  public synchronized void close() {
    if (engine != null) {
      engine.close();
      engine = null;
    }
  }
}
