package org.decodebench.tornado;

import org.decodebench.core.model.Logits;

/**
 * The logits of a session's last forward, which stay on the device until their values are asked
 * for; what {@link SummaryKernel} found of each row is here.
 */
final class DeviceLogits extends Logits {
  private final TornadoSession session;
  private final int mask;

  /**
   * @param mask token that the summary leaves out, or -1
   */
  DeviceLogits(TornadoSession session, int rows, int vocab, int mask) {
    super(new float[0], rows, vocab);
    this.session = session;
    this.mask = mask;
  }

  @Override
  public float[] values() {
    return session.logits();
  }

  @Override
  public float[] values(int row) {
    return session.logits(row);
  }

  @Override
  public float get(int row, int token) {
    if (summarized(row) && token == (int) field(row, SummaryKernel.TOKEN)) {
      return (float) field(row, SummaryKernel.FIRST);
    }
    return super.get(row, token);
  }

  private double field(int row, int field) {
    return session.summary()[row * SummaryKernel.FIELDS + field];
  }

  /** Whether a row's summary can be relied on: there is one, and no logit is NaN or infinite. */
  private boolean summarized(int row) {
    return session.summary().length > 0 && Double.isFinite(field(row, SummaryKernel.SUM));
  }

  @Override
  public Peak peak(int row, int except) {
    if (!summarized(row) || (except != mask && except >= 0)) {
      return super.peak(row, except);
    }
    int token = (int) field(row, SummaryKernel.TOKEN);
    float first = (float) field(row, SummaryKernel.FIRST);
    float second = (float) field(row, SummaryKernel.SECOND);
    if (except == mask) {
      return new Peak(token, first, second);
    }
    float masked = (float) field(row, SummaryKernel.MASK);
    return masked > first || (masked == first && mask < token)
        ? new Peak(mask, masked, first)
        : new Peak(token, first, Math.max(second, masked));
  }

  @Override
  public Mass mass(int row, int except) {
    return summarized(row) && except == mask
        ? new Mass(field(row, SummaryKernel.SUM), field(row, SummaryKernel.MOMENT))
        : super.mass(row, except);
  }
}
