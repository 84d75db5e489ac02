package org.decodebench.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.DeviceModel;
import org.decodebench.core.model.ModelConfig;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A model's task graphs over buffers of a certain size, compiled once and executed for every
 * forward. The graph for one row uploads everything; the others take it over on the device.
 */
final class Engine implements AutoCloseable {
  private static final int NARROW = 0;
  private static final int WIDE = 1;
  private static final int MOVE = 2;

  /** What TornadoVM's buffers for a graph hold, with a margin. */
  private static final int MOST_TASKS = 105;

  /** On a CPU compiling takes longer than it saves: one layer. */
  private static final int TASKS_ON_CPU = ForwardGraph.TASKS_A_LAYER + ForwardGraph.TASKS;

  private final String device;
  private final Buffers.Dims dims;
  private final int executions;
  private final int vocab;
  private final int hidden;
  private final boolean captured;
  private final boolean summarizes;
  private final Buffers buffers;
  private final IntArray call;
  private final ForwardGraph narrow;
  private final ForwardGraph wide;
  private final TornadoExecutionPlan plan;
  private TornadoExecutionResult last;
  private int wanted;
  private boolean profiled;
  private DeviceModel.Times times = new DeviceModel.Times(0, 0, 0);

  /** The property that asks for CUDA graphs. */
  private static final String CUDA_GRAPHS = "decodebench.tornado.cudaGraphs";

  /**
   * An engine with what is asked for and the device has.
   *
   * @throws UsageException if the device has too little memory
   */
  static Engine open(
      ModelConfig config,
      DeviceWeights weights,
      float[] angles,
      TornadoDevice device,
      Buffers.Dims dims,
      Buffers kept) {
    boolean nvidia =
        device.getTornadoVMBackend() == TornadoVMBackendType.PTX
            || device.getTornadoVMBackend() == TornadoVMBackendType.CUDA;
    if (Boolean.getBoolean(CUDA_GRAPHS)) {
      if (nvidia) {
        try {
          return new Engine(config, weights, angles, device, dims, kept, true);
        } catch (UsageException e) {
          throw e;
        } catch (RuntimeException e) {
          System.err.println(CUDA_GRAPHS + ": they fail here, done without: " + e.getMessage());
        }
      } else {
        System.err.println(
            "%s: backend %s of %s has none, done without"
                .formatted(
                    CUDA_GRAPHS,
                    device.getTornadoVMBackend(),
                    device.getPhysicalDevice().getDeviceName().strip()));
      }
    }
    return new Engine(config, weights, angles, device, dims, kept, false);
  }

  /**
   * Uploads the weights and compiles the graph for one row.
   *
   * @param angles of the rotary embedding, or none
   * @param kept whose keys and values to begin with, of a pool of at most this size; or null
   * @param captured whether a graph is captured once as a CUDA graph and replayed. Its launches
   *     then have the size of the largest forward, in which most groups have nothing to do
   * @throws UsageException if the device has too little memory
   */
  private Engine(
      ModelConfig config,
      DeviceWeights weights,
      float[] angles,
      TornadoDevice device,
      Buffers.Dims dims,
      Buffers kept,
      boolean captured) {
    this.captured = captured;
    this.device = device.getPhysicalDevice().getDeviceName().strip();
    this.dims = dims;
    int chunk = chunk(config, device);
    executions = config.layers() / chunk;
    vocab = config.vocabSize();
    hidden = config.hiddenSize();
    summarizes = device.getDeviceContext().isFP64Supported();
    buffers = Buffers.of(config, dims, angles);
    if (kept != null) {
      buffers.takeKeysAndValues(kept, config.layers() * config.kvHeads());
    }
    call = new IntArray(Call.size(dims.rows(), dims.paths()));
    GridScheduler scheduler = new GridScheduler();
    narrow =
        new ForwardGraph(
            "narrow", false, config, weights, buffers, call, chunk, summarizes, scheduler);
    wide =
        new ForwardGraph(
            "wide", true, config, weights, buffers, call, chunk, summarizes, scheduler);
    List<TornadoNativeArray> resident = new ArrayList<>(weights.arrays());
    resident.addAll(buffers.arrays());
    Object[] all = resident.toArray();
    narrow
        .graph()
        .transferToDevice(DataTransferMode.FIRST_EXECUTION, all)
        .transferToDevice(DataTransferMode.EVERY_EXECUTION, call);
    narrow.addTasks();
    narrow.graph().persistOnDevice(all);
    takeOver(wide.graph(), all, call);
    wide.addTasks();
    if (captured) {
      wide.size(dims.rows(), dims.outputs());
    }
    TaskGraph move = takeOver(new TaskGraph("move"), all, call);
    WorkerGrid2D grid = new WorkerGrid2D(1, 1);
    int heads = config.layers() * config.kvHeads();
    grid.setGlobalWork((long) heads * AttentionKernels.GROUP, 1, 1);
    grid.setLocalWork(AttentionKernels.GROUP, 1, 1);
    scheduler.addWorkerGrid("move.move", grid);
    move.task(
        "move",
        AttentionKernels::move,
        new KernelContext(),
        call,
        buffers.keys(),
        buffers.values(),
        config.headSize());
    plan =
        new TornadoExecutionPlan(
            narrow.graph().snapshot(), wide.graph().snapshot(), move.snapshot());
    guarded(() -> {
      plan.withDevice(device);
      plan.withGridScheduler(scheduler);
      // The default flags let the driver's compiler reorder sums, and so differently in the
      // narrow and the wide kernel.
      plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-w");
      if (captured) {
        plan.withCUDAGraph();
      }
      // Nothing to evaluate: this only uploads, once through all chunks.
      TornadoExecutionResult result = executeChunks(NARROW);
      resident.stream()
          .filter(a -> a.getSize() > 1) // else what a model lacks, and no task takes
          .filter(a -> summarizes || a != buffers.summary())
          .forEach(a -> checkThere(a, result));
      return result;
    });
  }

  /**
   * Where the driver refuses memory, OpenCL's backend goes on after a message of its own, and would
   * compute with what is not there. A word is read back from each buffer: TornadoVM 5.2.0 ends the
   * process where that fails, which is better than wrong tokens; a word that does not come back is
   * an error.
   */
  private static void checkThere(TornadoNativeArray array, TornadoExecutionResult result) {
    MemorySegment host = array.getSegment();
    long at = host.byteSize() - Integer.BYTES;
    int word = host.get(ValueLayout.JAVA_INT, at);
    host.set(ValueLayout.JAVA_INT, at, ~word);
    result.transferToHost(new DataRange(array).withOffset(array.getSize() - 1).withSize(1));
    boolean there = host.get(ValueLayout.JAVA_INT, at) != ~word;
    host.set(ValueLayout.JAVA_INT, at, word);
    if (!there) {
      throw new TornadoOutOfMemoryException(
          "the driver gave no buffer of %d MB".formatted(host.byteSize() >> 20));
    }
  }

  private static TaskGraph takeOver(TaskGraph graph, Object[] all, IntArray call) {
    return graph
        .consumeFromDevice("narrow", all)
        .transferToDevice(DataTransferMode.EVERY_EXECUTION, call);
  }

  /**
   * Layers that an execution covers: as many as a graph holds, or fewer where compiling is slow.
   */
  private static int chunk(ModelConfig config, TornadoDevice device) {
    boolean cpu = device.getDeviceType() == TornadoDeviceType.CPU;
    int tasks = Integer.getInteger("decodebench.tornado.tasks", cpu ? TASKS_ON_CPU : MOST_TASKS);
    int chunk = 1;
    for (int i = 1; i <= config.layers(); i++) {
      if (config.layers() % i == 0
          && i * ForwardGraph.TASKS_A_LAYER + ForwardGraph.TASKS <= tasks) {
        chunk = i;
      }
    }
    return chunk;
  }

  Buffers.Dims dims() {
    return dims;
  }

  /** The array to fill in before a forward or a move; see {@link Call}. */
  IntArray call() {
    return call;
  }

  /** The token that summaries leave out, or -1. */
  static int mask(ModelConfig config) {
    return config.maskTokenId().orElse(-1);
  }

  /** Whether the device sums up rows of logits; it needs double precision. */
  boolean summarizes() {
    return summarizes;
  }

  /**
   * Evaluates the rows that {@link #call} describes, and waits for it.
   *
   * @param summary receives {@code [wanted][SummaryKernel.FIELDS]}, where there are summaries
   */
  void forward(int rows, int wanted, double[] summary) {
    this.wanted = wanted;
    int graph = rows == 1 ? NARROW : WIDE;
    if (!captured) {
      (rows == 1 ? narrow : wide).size(rows, wanted);
    }
    call.set(Call.ROWS, rows);
    call.set(Call.WANTED, wanted);
    guarded(() -> {
      TornadoExecutionResult result = executeChunks(graph);
      if (wanted == 0) {
        return result.transferToHost(buffers.state());
      }
      if (summarizes) {
        int size = wanted * SummaryKernel.FIELDS;
        read(new DataRange(buffers.summary()).withSize(size), 8L * size);
        MemorySegment.copy(
            buffers.summary().getSegment(), ValueLayout.JAVA_DOUBLE, 0, summary, 0, size);
      }
      return result;
    });
  }

  /**
   * Copies rows of the last forward's logits.
   *
   * @param first of the rows
   * @param to has room for {@code [wanted][vocab]}; rows go where they belong in it
   */
  void logits(int first, int rows, float[] to) {
    int from = first * vocab;
    int size = rows * vocab;
    guarded(() -> {
      read(new DataRange(buffers.logits()).withOffset(from).withSize(size), 4L * size);
      MemorySegment.copy(
          buffers.logits().getSegment(), ValueLayout.JAVA_FLOAT, 4L * from, to, from, size);
      return last;
    });
  }

  /**
   * Copies what the logits of the last forward were computed from.
   *
   * @param to receives {@code [wanted][hidden]}
   */
  void hidden(float[] to) {
    int stride = RowKernels.stride(hidden);
    guarded(() -> {
      read(new DataRange(buffers.h()).withSize((long) wanted * stride), 4L * wanted * stride);
      for (int row = 0; row < wanted; row++) {
        MemorySegment.copy(
            buffers.h().getSegment(),
            ValueLayout.JAVA_FLOAT,
            4L * row * stride,
            to,
            row * hidden,
            hidden);
      }
      return last;
    });
  }

  /** Moves rows of the cache's pool as {@link #call} says, and waits for it. */
  void move(int moves) {
    call.set(Call.MOVES, moves);
    guarded(() -> execute(MOVE).transferToHost(buffers.state()));
  }

  private TornadoExecutionResult executeChunks(int graph) {
    TornadoExecutionResult result = execute(graph);
    for (int i = 1; i < executions; i++) {
      result = execute(graph);
    }
    return result;
  }

  private TornadoExecutionResult execute(int graph) {
    call.set(Call.POOL, dims.pool());
    last = plan.withGraph(graph).execute();
    ResultLog.clear(plan);
    if (profiled) {
      TornadoProfilerResult profile = last.getProfilerResult();
      times =
          times.plus(
              new DeviceModel.Times(
                  profile.getDeviceKernelTime(),
                  profile.getDeviceWriteTime(),
                  call.getNumBytesOfSegmentWithHeader()));
    }
    return last;
  }

  private void read(DataRange range, long bytes) {
    // Where kernels are timed they have been waited for, so that this is the copy alone.
    long start = System.nanoTime();
    last.transferToHost(range);
    if (profiled) {
      times = times.plus(new DeviceModel.Times(0, System.nanoTime() - start, bytes));
    }
  }

  /** See {@link DeviceModel#profile}. */
  void profile() {
    plan.withProfiler(ProfilerMode.SILENT);
    profiled = true;
  }

  DeviceModel.Times times() {
    return times;
  }

  /** Copies keys and values to the host. */
  Buffers download() {
    guarded(() -> {
      // Without a size TornadoVM takes that of the last copy.
      for (FloatArray array : List.of(buffers.keys(), buffers.values())) {
        last.transferToHost(new DataRange(array).withSize(array.getSize()));
      }
      return last;
    });
    return buffers;
  }

  private interface Step {
    TornadoExecutionResult run();
  }

  private void guarded(Step step) {
    try {
      step.run();
    } catch (TornadoOutOfMemoryException | TornadoMemoryException e) {
      throw new UsageException(
          "device %s: out of memory; take a smaller model, fewer sequences or a shorter context (%s)"
              .formatted(device, firstLine(e.getMessage())),
          e);
    }
  }

  /** Without the colours of a terminal. */
  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").replaceAll("\u001B\\[[\\d;]*m", "").strip();
  }

  @Override
  public void close() {
    try {
      plan.withAllGraphs();
      plan.close();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException("cannot free the memory of " + device, e);
    }
  }
}
