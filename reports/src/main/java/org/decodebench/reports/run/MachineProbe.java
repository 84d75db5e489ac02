package org.decodebench.reports.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.reports.result.Environment;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.HardwareAbstractionLayer;

/** Asks the operating system, by way of OSHI. */
final class MachineProbe implements Probe {
  /** Share of one core that other processes may use before we say so. */
  private static final double QUIET_LOAD = 0.25;

  private static final double QUIET_STEAL = 0.02;

  private final SystemInfo info = new SystemInfo();
  private final CentralProcessor cpu = info.getHardware().getProcessor();
  private final long[] ticks = cpu.getSystemCpuLoadTicks();
  private final long throttledBefore = throttled();

  @Override
  public Environment.Machine machine() {
    HardwareAbstractionLayer hardware = info.getHardware();
    String name = cpu.getProcessorIdentifier().getName().strip();
    String os = info.getOperatingSystem().toString();
    String architecture = System.getProperty("os.arch");
    String machineClass =
        "%s, %d cores, %s %s"
            .formatted(
                name,
                cpu.getPhysicalProcessorCount(),
                info.getOperatingSystem().getFamily(),
                architecture);
    return new Environment.Machine(
        machineClass,
        name,
        cpu.getPhysicalProcessorCount(),
        cpu.getLogicalProcessorCount(),
        Math.max(0, cpu.getMaxFreq() / 1_000_000),
        caches(),
        hardware.getMemory().getTotal(),
        os,
        architecture,
        governor(),
        cpu.getSystemLoadAverage(1)[0],
        allowedCpus(),
        nice());
  }

  /** Pins are the user's business, but are recorded. */
  private static String allowedCpus() {
    String status = read(Path.of("/proc/self/status"));
    return status == null
        ? null
        : status
            .lines()
            .filter(l -> l.startsWith("Cpus_allowed_list:"))
            .map(l -> l.substring(l.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(null);
  }

  /** The 19th field of the process's state; the second, a name in brackets, may hold spaces. */
  private static Integer nice() {
    String stat = read(Path.of("/proc/self/stat"));
    String[] fields = stat == null ? new String[0] : stat.replaceFirst("^.*\\) ", "").split(" ");
    return fields.length > 16 && fields[16].matches("-?\\d+") ? Integer.valueOf(fields[16]) : null;
  }

  private List<String> caches() {
    List<String> caches = new ArrayList<>();
    for (CentralProcessor.ProcessorCache c : cpu.getProcessorCaches()) {
      String type =
          switch (c.getType()) {
            case DATA -> "d";
            case INSTRUCTION -> "i";
            default -> "";
          };
      caches.add("L%d%s %d KiB".formatted(c.getLevel(), type, c.getCacheSize() / 1024));
    }
    return caches;
  }

  /** Null where there is none, as in most virtual machines. */
  private static String governor() {
    return read(Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  }

  @Override
  public List<String> warningsBefore() {
    List<String> warnings = new ArrayList<>();
    double load = cpu.getSystemLoadAverage(1)[0];
    if (load > QUIET_LOAD + 0.25) {
      warnings.add(
          "other processes keep the machine busy (load %.1f on %d cores); close them"
              .formatted(load, cpu.getLogicalProcessorCount()));
    }
    String governor = governor();
    if (governor != null && !governor.equals("performance")) {
      warnings.add(
          "CPU governor is '%s'; 'performance' gives steadier numbers".formatted(governor));
    }
    List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
    if (System.getProperty("java.vm.version", "").contains("debug")) {
      warnings.add("this is a debug JVM; use a product build");
    }
    if (arguments.stream().anyMatch(a -> a.startsWith("-agentlib") || a.startsWith("-javaagent"))) {
      warnings.add("an agent is attached to this JVM; children start without it");
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      warnings.add("the vector module is missing; start with ./decodebench");
    }
    return warnings;
  }

  @Override
  public List<String> warningsAfter() {
    List<String> warnings = new ArrayList<>();
    long[] now = cpu.getSystemCpuLoadTicks();
    long all = 0;
    for (int i = 0; i < now.length; i++) {
      all += now[i] - ticks[i];
    }
    int steal = CentralProcessor.TickType.STEAL.getIndex();
    double stolen = all <= 0 ? 0 : (double) (now[steal] - ticks[steal]) / all;
    if (stolen > QUIET_STEAL) {
      warnings.add(
          "the hypervisor took %.0f %% of the CPU time for others".formatted(100 * stolen));
    }
    long swapped = info.getHardware().getMemory().getVirtualMemory().getSwapUsed();
    if (swapped > (256L << 20)) {
      warnings.add("%d MiB are swapped out".formatted(swapped >> 20));
    }
    long throttled = throttled() - throttledBefore;
    if (throttled > 0) {
      warnings.add("the CPU was throttled for heat (%d times); cool it".formatted(throttled));
    }
    return warnings;
  }

  /** Times since boot; 0 where the machine does not say. */
  private static long throttled() {
    String count =
        read(Path.of("/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count"));
    return count != null && count.matches("\\d{1,18}") ? Long.parseLong(count) : 0;
  }

  private static String read(Path file) {
    try {
      return Files.isReadable(file) ? Files.readString(file).strip() : null;
    } catch (IOException e) {
      return null;
    }
  }
}
