package org.decodebench.tornado;

import org.decodebench.core.model.BackendProvider.Limits;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What a device can do at most, as TornadoVM's kernels reach it: the two roofs of the roofline, and
 * what a launch costs.
 */
final class DeviceLimits {
  private static final int GROUP = 256;
  private static final int CHAINS = 8;
  private static final int STEPS = 1024;
  private static final int ROUNDS = 5;

  private DeviceLimits() {}

  static void copy(KernelContext c, FloatArray x, FloatArray y) {
    y.set(c.globalIdx, x.get(c.globalIdx));
  }

  /** Independent chains of multiply-adds, so that none waits for another. */
  static void multiplyAdd(KernelContext c, FloatArray x, FloatArray y) {
    float v = x.get(c.globalIdx);
    float a = v;
    float b = v + 1;
    float d = v + 2;
    float e = v + 3;
    float f = v + 4;
    float g = v + 5;
    float h = v + 6;
    float i = v + 7;
    for (int step = 0; step < STEPS; step++) {
      a = a * v + 1;
      b = b * v + 1;
      d = d * v + 1;
      e = e * v + 1;
      f = f * v + 1;
      g = g * v + 1;
      h = h * v + 1;
      i = i * v + 1;
    }
    y.set(c.globalIdx, a + b + d + e + f + g + h + i);
  }

  static Limits measure(TornadoDevice device) {
    boolean cpu = device.getDeviceType() == TornadoDeviceType.CPU;
    int large = cpu ? 1 << 24 : 1 << 27;
    while ((long) large * 16 > device.getMaxGlobalMemory()) {
      large /= 2;
    }
    int threads = cpu ? 1 << 14 : 1 << 20;
    double copy = seconds(device, large, cpu ? 5 : 20, false);
    double arithmetic = seconds(device, threads, cpu ? 5 : 20, true);
    double launch = seconds(device, GROUP, 100, false);
    return new Limits(
        8.0 * large / copy, 2.0 * CHAINS * STEPS * threads / arithmetic, launch * 1e6);
  }

  /** Median of a kernel's time when many are queued. */
  private static double seconds(TornadoDevice device, int n, int queued, boolean arithmetic) {
    FloatArray x = new FloatArray(n);
    FloatArray y = new FloatArray(n);
    x.init(0.5f);
    TaskGraph graph =
        new TaskGraph("limit").transferToDevice(DataTransferMode.FIRST_EXECUTION, x, y);
    if (arithmetic) {
      graph.task("task", DeviceLimits::multiplyAdd, new KernelContext(), x, y);
    } else {
      graph.task("task", DeviceLimits::copy, new KernelContext(), x, y);
    }
    graph.transferToHost(DataTransferMode.UNDER_DEMAND, y);
    WorkerGrid1D grid = new WorkerGrid1D(n);
    grid.setLocalWork(GROUP, 1, 1);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withDevice(device);
      plan.withGridScheduler(new GridScheduler("limit.task", grid));
      double[] times = new double[ROUNDS];
      run(plan, y, 1);
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        run(plan, y, queued);
        times[round] = (System.nanoTime() - start) / 1e9 / queued;
      }
      java.util.Arrays.sort(times);
      return times[ROUNDS / 2];
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException("cannot free the memory of a measurement", e);
    }
  }

  private static void run(TornadoExecutionPlan plan, FloatArray y, int times) {
    TornadoExecutionResult result = plan.execute();
    for (int i = 1; i < times; i++) {
      result = plan.execute();
    }
    result.transferToHost(new DataRange(y).withSize(1)); // waits
  }
}
