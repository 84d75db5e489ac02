package org.decodebench.core;

/**
 * Bad usage or bad input: the message says what, where and what to do, in one line. The command
 * line prints it and exits with 2; it never shows a stack trace for it.
 */
public class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
