package org.decodebench.reports.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineAndJmhTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          machine --threads 0        | --threads 0
          machine nosuch             | nosuch
          jmh nosuchbenchmark        | nosuchbenchmark
          jmh --nosuch               | nosuch
          jmh -f many                | many
          roofline                   | --model
          roofline --model nosuch    | no model 'nosuch'
          run --peer nosuch          | --peer nosuch
          run --peer llama-bench     | --peer-binary
          run --peer llama-bench --peer-binary /nonexistent | /nonexistent
          run --peer llama.cpp --peer-tokens many | --peer-tokens many
          generate --model tales-ar --prompt the --cache f8 | f8
          """)
  void badInputIsOneLineAndExitCodeTwo(String line, String what) {
    assertEquals(Main.USAGE, run(line.split(" ")), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(what), err.toString());
  }

  @Test
  void helpNamesThem() {
    assertEquals(Main.DONE, run("--help"));
    assertTrue(out.toString().contains("  machine "), out.toString());
    assertTrue(out.toString().contains("  jmh "), out.toString());
    assertEquals(Main.DONE, run("jmh", "--help"));
    assertTrue(out.toString().contains("-rf json"), out.toString());
    assertEquals(Main.DONE, run("machine", "--help"));
    assertTrue(out.toString().contains("--fresh"), out.toString());
  }
}
