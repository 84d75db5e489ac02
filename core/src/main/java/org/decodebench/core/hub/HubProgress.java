package org.decodebench.core.hub;

/** Hears how a download goes. */
public interface HubProgress {

  /** A file begins; {@code present} bytes of it are there already. */
  default void started(String file, long size, long present) {}

  /** So many bytes are there now; may go back when a server cannot resume. */
  default void at(long bytes) {}

  /** The file is whole and checked. */
  default void finished() {}

  /** Something went wrong and is tried again. */
  default void retrying(String why) {}

  HubProgress NONE = new HubProgress() {};
}
