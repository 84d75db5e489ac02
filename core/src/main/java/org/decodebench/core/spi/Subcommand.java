package org.decodebench.core.spi;

import java.util.concurrent.Callable;

/**
 * A command that a module adds to the command line through {@link java.util.ServiceLoader}.
 * Implementations carry picocli annotations; this type does not, so that {@code core} needs no
 * command-line library. The value is the exit code.
 */
public interface Subcommand extends Callable<Integer> {}
