package org.decodebench.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Runs a kernel by itself. */
final class OneKernel {
  static final String TASK = "kernel";

  private final TaskGraph graph = new TaskGraph("one");
  private final List<Object> arrays = new ArrayList<>();

  /** A graph with its arrays on the device; the kernel is added to it as {@link #TASK}. */
  TaskGraph on(TornadoNativeArray... in) {
    Sdk.device();
    arrays.addAll(List.of(in));
    return graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, arrays.toArray());
  }

  /** Launches {@code x × y} groups, and brings every array back. */
  void launch(int x, int y, int group) {
    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, arrays.toArray());
    WorkerGrid2D grid = new WorkerGrid2D(x * group, y);
    grid.setLocalWork(group, 1, 1);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withDevice(Sdk.device());
      plan.withGridScheduler(new GridScheduler("one." + TASK, grid));
      plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-w");
      plan.execute();
    } catch (uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException e) {
      throw new IllegalStateException(e);
    }
  }

  static FloatArray random(Random random, int n) {
    FloatArray a = new FloatArray(n);
    for (int i = 0; i < n; i++) {
      a.set(i, (float) random.nextGaussian());
    }
    return a;
  }

  /** Random rows, zero where they are padded. */
  static FloatArray rows(Random random, int rows, int columns) {
    int stride = RowKernels.stride(columns);
    FloatArray a = new FloatArray(rows * stride);
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < columns; k++) {
        a.set(i * stride + k, (float) random.nextGaussian());
      }
    }
    return a;
  }

  /** A call of so many rows, each the i-th of a sequence at the pool's row {@code base}. */
  static IntArray call(int rows, int wanted, int pool, int base) {
    IntArray call = new IntArray(Call.size(Math.max(rows, 8), 64));
    call.set(Call.ROWS, rows);
    call.set(Call.WANTED, wanted);
    call.set(Call.POOL, pool);
    for (int i = 0; i < rows; i++) {
      set(call, i, Call.TOKEN, (i * 7 + 3) % 50);
      set(call, i, Call.POSITION, i);
      set(call, i, Call.WRITE, base + i);
      set(call, i, Call.BASE, base);
      set(call, i, Call.CONTIGUOUS, i + 1);
      set(call, i, Call.END, i + 1);
      set(call, i, Call.OUTPUT, rows - 1 - i);
    }
    return call;
  }

  static void set(IntArray call, int row, int field, int value) {
    call.set(Call.HEADER + row * Call.RECORD + field, value);
  }

  static int get(IntArray call, int row, int field) {
    return call.get(Call.HEADER + row * Call.RECORD + field);
  }
}
