package org.decodebench.reports.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.result.ResultFiles;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Entry point: finds the command, and turns what goes wrong into one line and an exit code. */
public final class Main {
  /** Done. */
  public static final int DONE = 0;

  /** A comparison found a regression. */
  public static final int REGRESSED = 1;

  /** Bad usage or bad input. */
  public static final int USAGE = 2;

  /** A defect of this program. */
  public static final int INTERNAL = 3;

  private Main() {}

  public static void main(String[] args) {
    // Nothing that is printed or written depends on where it runs.
    Locale.setDefault(Locale.ROOT);
    System.setOut(utf8(FileDescriptor.out));
    System.setErr(standardError());
    int code = run(args, new PrintWriter(System.out, true), new PrintWriter(System.err, true));
    System.out.flush();
    System.exit(code);
  }

  /** Runs one command line and returns its exit code. */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    boolean verbose = Arrays.asList(args).contains("--verbose");
    CommandLine line = new CommandLine(new Root());
    commands(args).forEach(line::addSubcommand);
    line.setOut(out)
        .setErr(err)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, all) -> failed(err, verbose, e, USAGE, usage(e)));
    line.setExecutionExceptionHandler((e, at, parsed) -> failure(err, verbose, e));
    try {
      return line.execute(args);
    } catch (Error e) {
      return failure(err, verbose, e);
    }
  }

  /** One line for what went wrong, and its exit code. */
  static int failure(PrintWriter err, boolean verbose, Throwable e) {
    if (e instanceof UsageException || e instanceof ResultFiles.Unwritable) {
      return failed(err, verbose, e, USAGE, e.getMessage());
    }
    if (e instanceof OutOfMemoryError) {
      String more = "out of memory (%s); give the JVM more with DECODEBENCH_JAVA_OPTS=-Xmx…";
      return failed(err, verbose, e, INTERNAL, more.formatted(e.getMessage()));
    }
    return failed(err, verbose, e, INTERNAL, internal(e));
  }

  /** The command that is asked for, or all when it takes all of them to answer. */
  private static List<Object> commands(String[] args) {
    List<ServiceLoader.Provider<Subcommand>> all =
        ServiceLoader.load(Subcommand.class).stream()
            .sorted(Comparator.comparing(Main::name))
            .toList();
    String wanted = args.length > 0 ? args[0] : "";
    return all.stream()
        .filter(p -> all.stream().noneMatch(q -> name(q).equals(wanted)) || name(p).equals(wanted))
        .<Object>map(ServiceLoader.Provider::get)
        .toList();
  }

  private static String name(ServiceLoader.Provider<Subcommand> provider) {
    Command command = provider.type().getAnnotation(Command.class);
    return command == null ? provider.type().getSimpleName() : command.name();
  }

  private static String usage(ParameterException e) {
    if (e.getCause() instanceof UsageException cause) {
      return cause.getMessage();
    }
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && e.getCommandLine().getParent() == null
        && !unmatched.getUnmatched().isEmpty()) {
      String names =
          e.getCommandLine().getSubcommands().keySet().stream()
              .sorted()
              .collect(Collectors.joining(", "));
      return "no command '%s'; there are: %s".formatted(unmatched.getUnmatched().getFirst(), names);
    }
    String what = e.getMessage().replaceAll("\\s*\\R\\s*", "; ");
    return what + "; see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
  }

  private static String internal(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    String hint = "internal error: %s: %s; --verbose shows where";
    return hint.formatted(e.getClass().getSimpleName().replace("Exception", ""), message);
  }

  private static int failed(
      PrintWriter err, boolean verbose, Throwable e, int code, String message) {
    err.println("decodebench: " + String.valueOf(message).replaceAll("\\s*\\R\\s*", " "));
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  /**
   * The launcher silences the JVM's own remarks on descriptor 2 (an incubating module) and hands
   * the real standard error over as another descriptor. Opening it by a path would start a file
   * anew, so the number itself is used.
   */
  private static PrintStream standardError() {
    try {
      int number = Integer.getInteger("decodebench.stderr", 2);
      Constructor<FileDescriptor> make = FileDescriptor.class.getDeclaredConstructor(int.class);
      make.setAccessible(true);
      return utf8(make.newInstance(number));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return utf8(FileDescriptor.err);
    }
  }
}
