package org.decodebench.tornado;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.tornado.DeviceWeights.Linear;
import org.decodebench.tornado.DeviceWeights.Norms;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The tasks of a forward: embedding, a chunk of layers, and the output projection. Executed once a
 * chunk; embedding and projection do their work in the first and the last of these executions only.
 */
final class ForwardGraph {
  static final int TASKS_A_LAYER = 9;

  /** Tasks that are not a layer's. */
  static final int TASKS = 6;

  /** What the number of a task's groups along y is. */
  private enum Per {
    ONCE,
    ROW,
    WANTED,
    TILE,
    WANTED_TILE
  }

  private record Sized(WorkerGrid2D grid, int x, int group, Per per) {
    void size(int rows, int wanted) {
      int y =
          switch (per) {
            case ONCE -> 1;
            case ROW -> rows;
            case WANTED -> wanted;
            case TILE -> tiles(rows);
            case WANTED_TILE -> tiles(wanted);
          };
      grid.setGlobalWork((long) x * group, Math.max(1, y), 1);
      grid.setLocalWork(group, 1, 1);
    }

    private static int tiles(int rows) {
      return (rows + Products.TILE - 1) / Products.TILE;
    }
  }

  private final String name;
  private final boolean wide;
  private final ModelConfig config;
  private final DeviceWeights weights;
  private final Buffers buffers;
  private final IntArray call;
  private final int chunk;
  private final boolean summarizes;
  private final GridScheduler scheduler;
  private final KernelContext context = new KernelContext();
  private final List<Sized> sized = new ArrayList<>();
  private final TaskGraph graph;

  /**
   * @param wide for any number of rows, else for one
   * @param chunk layers that an execution covers; divides the model's
   * @param summarizes whether it sums up the rows of logits
   * @param scheduler gets the tasks' grids
   */
  ForwardGraph(
      String name,
      boolean wide,
      ModelConfig config,
      DeviceWeights weights,
      Buffers buffers,
      IntArray call,
      int chunk,
      boolean summarizes,
      GridScheduler scheduler) {
    this.name = name;
    this.wide = wide;
    this.config = config;
    this.weights = weights;
    this.buffers = buffers;
    this.call = call;
    this.chunk = chunk;
    this.summarizes = summarizes;
    this.scheduler = scheduler;
    graph = new TaskGraph(name);
  }

  /** The graph, to be told what goes in and out; its tasks follow with {@link #addTasks}. */
  TaskGraph graph() {
    return graph;
  }

  /** Sets the grids for a forward. */
  void size(int rows, int wanted) {
    for (Sized s : sized) {
      s.size(rows, wanted);
    }
  }

  private void grid(String task, int x, int group, Per per) {
    WorkerGrid2D grid = new WorkerGrid2D(x * group, 1);
    Sized s = new Sized(grid, x, group, per);
    s.size(1, 1);
    sized.add(s);
    scheduler.addWorkerGrid(name + "." + task, grid);
  }

  void addTasks() {
    int last = config.layers() - chunk;
    embed();
    for (int i = 0; i < chunk; i++) {
      layer(i);
    }
    norm("lastNorm", weights.norm(), 0, RowKernels.FINAL, last, Per.WANTED);
    product(
        "head",
        weights.head(),
        buffers.h(),
        buffers.logits(),
        Call.WANTED,
        0,
        config.vocabSize(),
        Products.SINGLE,
        last);
    if (summarizes) {
      grid("summary", 1, SummaryKernel.GROUP, Per.WANTED);
      graph.task(
          "summary",
          SummaryKernel::summarize,
          context,
          call,
          buffers.state(),
          buffers.logits(),
          buffers.summary(),
          config.vocabSize(),
          Engine.mask(config),
          last);
    }
    if (chunk < config.layers()) {
      grid("advance", 1, RowKernels.GROUP, Per.ONCE);
      graph.task("advance", RowKernels::advance, context, buffers.state(), chunk, config.layers());
    }
  }

  private void embed() {
    int hidden = config.hiddenSize();
    grid("embed", 1, RowKernels.GROUP, Per.ROW);
    graph.task(
        "embed",
        RowKernels::embed,
        context,
        call,
        buffers.state(),
        weights.embedding().floats(),
        weights.embedding().words(),
        buffers.x(),
        hidden,
        weights.embedding().format().code());
    if (config.positions() instanceof ModelConfig.Positions.Learned) {
      grid("positions", 1, RowKernels.GROUP, Per.ROW);
      graph.task(
          "positions",
          RowKernels::addPositions,
          context,
          call,
          buffers.state(),
          weights.positions(),
          buffers.x(),
          hidden);
    }
  }

  private void layer(int i) {
    int qkv = config.querySize() + 2 * config.kvSize();
    int up = weights.gateUp().matrix().rows();
    norm("attentionNorm" + i, weights.attentionNorms(), i, 0, -1, Per.ROW);
    project("qkv" + i, weights.qkv(), buffers.h(), buffers.qkv(), i, qkv, 0);
    place(i);
    attend(i);
    project(
        "output" + i,
        weights.output(),
        buffers.mixed(),
        buffers.x(),
        i,
        config.hiddenSize(),
        Products.ADD);
    norm("mlpNorm" + i, weights.mlpNorms(), i, 0, -1, Per.ROW);
    project("up" + i, weights.gateUp(), buffers.h(), buffers.gateUp(), i, up, 0);
    activate(i);
    project(
        "down" + i, weights.down(), buffers.m(), buffers.x(), i, config.hiddenSize(), Products.ADD);
  }

  private void norm(String id, Norms norms, int layer, int flags, int onlyAt, Per per) {
    int kind =
        flags
            | (config.norm() == ModelConfig.Norm.LAYER ? RowKernels.LAYER_NORM : 0)
            | (norms.biased() ? RowKernels.BIAS : 0);
    grid(id, 1, RowKernels.GROUP, per);
    graph.task(
        id,
        RowKernels::norm,
        context,
        call,
        buffers.state(),
        buffers.x(),
        norms.weights(),
        norms.biases(),
        buffers.h(),
        layer,
        config.hiddenSize(),
        config.normEpsilon(),
        kind,
        onlyAt);
  }

  private void project(
      String id, Linear linear, FloatArray x, FloatArray y, int layer, int columns, int flags) {
    product(id, linear, x, y, Call.ROWS, layer, RowKernels.stride(columns), flags, -1);
  }

  private void product(
      String id,
      Linear linear,
      FloatArray x,
      FloatArray y,
      int count,
      int layer,
      int yStride,
      int flags,
      int onlyAt) {
    Per tile = count == Call.WANTED ? Per.WANTED_TILE : Per.TILE;
    grid(id, linear.matrix().panels(), Products.GROUP, wide ? tile : Per.ONCE);
    DeviceMatrix matrix = linear.matrix();
    int kind =
        flags | (linear.biased() ? Products.BIAS : 0) | matrix.format().code() * Products.FORMAT;
    FloatArray floats = matrix.floats();
    IntArray words = matrix.words();
    int columns = matrix.columns();
    int rows = matrix.rows();
    IntArray state = buffers.state();
    FloatArray bias = linear.bias();
    if (wide) {
      graph.task(
          id,
          Products::wide,
          context,
          call,
          state,
          floats,
          words,
          bias,
          x,
          y,
          count,
          layer,
          columns,
          rows,
          yStride,
          kind,
          onlyAt);
    } else {
      graph.task(
          id,
          Products::narrow,
          context,
          call,
          state,
          floats,
          words,
          bias,
          x,
          y,
          count,
          layer,
          columns,
          rows,
          yStride,
          kind,
          onlyAt);
    }
  }

  private void place(int layer) {
    int half =
        config.positions() instanceof ModelConfig.Positions.Rope rope ? rope.rotary() / 2 : 0;
    grid("place" + layer, config.heads() + 2 * config.kvHeads(), AttentionKernels.GROUP, Per.ROW);
    graph.task(
        "place" + layer,
        AttentionKernels::place,
        context,
        call,
        buffers.state(),
        buffers.qkv(),
        buffers.angles(),
        weights.headNorms(),
        buffers.keys(),
        buffers.values(),
        layer,
        config.layers(),
        config.heads(),
        config.kvHeads(),
        config.headSize(),
        2 * half + (config.qkNorm() ? 1 : 0));
  }

  private void attend(int layer) {
    grid("attend" + layer, config.heads(), AttentionKernels.GROUP, Per.ROW);
    graph.task(
        "attend" + layer,
        AttentionKernels::attend,
        context,
        call,
        buffers.state(),
        buffers.qkv(),
        buffers.keys(),
        buffers.values(),
        buffers.mixed(),
        layer,
        config.heads(),
        config.kvHeads(),
        config.headSize());
  }

  private void activate(int layer) {
    int size = config.mlpSize();
    int parts = (size + RowKernels.GROUP - 1) / RowKernels.GROUP;
    grid("activate" + layer, parts, RowKernels.GROUP, Per.ROW);
    if (config.mlp() == ModelConfig.Mlp.SWIGLU) {
      graph.task(
          "activate" + layer,
          RowKernels::swiglu,
          context,
          call,
          buffers.gateUp(),
          buffers.m(),
          size);
    } else {
      graph.task(
          "activate" + layer, RowKernels::gelu, context, call, buffers.gateUp(), buffers.m(), size);
    }
  }
}
