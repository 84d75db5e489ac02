package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceFlagsTest {
  @TempDir Path folder;

  @Test
  void whatChangesTheJvmIsRecordedAndTheRestOnlyPassedOn() throws IOException {
    Path file = folder.resolve("tornado.args");
    Files.writeString(
        file,
        """
        # comment
        -server
        -XX:+EnableJVMCI
        --enable-preview
        -XX:+UseParallelGC
        --add-exports=a/b=c
        """);

    DeviceFlags flags = DeviceFlags.read(file);

    assertEquals(List.of("@" + file), flags.arguments());
    assertEquals(
        List.of("-XX:+EnableJVMCI", "--enable-preview", "-XX:+UseParallelGC"), flags.recorded());
    List<String> child = ChildJvm.flags(List.of("-Xmx1g"), Optional.of(flags));
    assertTrue(child.containsAll(flags.recorded()), child.toString());
    assertFalse(child.contains("-XX:+UseSerialGC"), "two collectors");
    assertEquals("-Xmx1g", child.getLast());
    assertTrue(ChildJvm.flags(List.of(), Optional.empty()).contains("-XX:+UseSerialGC"));
  }

  @Test
  void aMissingFileIsOneLine() {
    Path file = folder.resolve("nosuch.args");
    UsageException e = assertThrows(UsageException.class, () -> DeviceFlags.read(file));
    assertTrue(e.getMessage().contains("nosuch.args"), e.getMessage());
  }
}
