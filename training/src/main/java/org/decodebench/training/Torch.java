package org.decodebench.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

/** PyTorch through DJL: offline, on a given number of threads, gradients off unless collected. */
final class Torch {
  private Torch() {}

  /** Loads PyTorch (from the class path, never from the network) and opens a manager. */
  static NDManager open(int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    NDManager manager = NDManager.newBaseManager(null, "PyTorch");
    JniUtils.setNumThreads(threads);
    JniUtils.setGradMode(false);
    return manager;
  }

  static String version() {
    return Engine.getEngine("PyTorch").getVersion();
  }
}
