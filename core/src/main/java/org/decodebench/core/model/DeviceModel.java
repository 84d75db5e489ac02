package org.decodebench.core.model;

/** A model on a device, which can say what its time went to. */
public interface DeviceModel extends LanguageModel {

  /** Where it is. */
  BackendProvider.Device device();

  /**
   * Has the driver time every later kernel and transfer; from then on all is slower, and there is
   * no way back.
   */
  void profile();

  /** What was timed since {@link #profile}. */
  Times times();

  /**
   * Time on a device.
   *
   * @param kernelNanos kernels
   * @param transferNanos copies to and from the device
   * @param bytes copied
   */
  record Times(long kernelNanos, long transferNanos, long bytes) {
    public Times plus(Times o) {
      return new Times(
          kernelNanos + o.kernelNanos, transferNanos + o.transferNanos, bytes + o.bytes);
    }
  }
}
