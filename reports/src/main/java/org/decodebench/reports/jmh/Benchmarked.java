package org.decodebench.reports.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What all benchmarks share; JMH inherits annotations from a superclass.
 *
 * <p>Average time, because every operation here takes microseconds or more. Several forks, because
 * two JVMs compile the same method differently and no number of iterations inside one averages that
 * out. The flags are those of the JVMs in which {@code decodebench run} measures: without the first
 * there are no vectors at all (and JMH would happily time the scalar fallback under the vector
 * benchmark's name, were it not for the checks in {@code @Setup}); huge pages spare the address
 * translation, which is what limits reading large weights from the Java heap.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-XX:+UseSerialGC",
      "-XX:+IgnoreUnrecognizedVMOptions",
      "-XX:+UseTransparentHugePages",
      "-XX:MaxRAMPercentage=80",
      "-XX:ObjectAlignmentInBytes=64",
      "-Djava.awt.headless=true"
    })
abstract class Benchmarked {}
