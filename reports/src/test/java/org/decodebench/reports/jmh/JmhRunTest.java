package org.decodebench.reports.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The suite is complete, its own checks pass, and what its command line refuses is said. */
class JmhRunTest {

  private static final List<Class<?>> ALL =
      List.of(
          ProductBenchmark.class,
          NormBenchmark.class,
          ElementBenchmark.class,
          AttentionBenchmark.class,
          HandOffBenchmark.class,
          ForwardBenchmark.class,
          DecoderBenchmark.class,
          HarnessBenchmark.class);

  @Test
  void jmhKnowsAllOfThem() throws IOException {
    try (InputStream in = JmhRun.class.getResourceAsStream("/META-INF/BenchmarkList")) {
      List<String> listed = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertTrue(listed.size() >= 15, () -> "only " + listed.size());
      for (Class<?> type : ALL) {
        assertTrue(listed.stream().anyMatch(line -> line.contains(type.getName())), type.getName());
      }
    }
  }

  @Test
  void everyKernelHasItsTwin() {
    for (Class<?> type :
        List.of(
            ProductBenchmark.class,
            NormBenchmark.class,
            ElementBenchmark.class,
            AttentionBenchmark.class)) {
      List<String> methods =
          Arrays.stream(type.getMethods())
              .filter(m -> m.isAnnotationPresent(Benchmark.class))
              .map(Method::getName)
              .filter(name -> !name.equals("copy"))
              .toList();
      for (String name : methods) {
        String twin =
            name.toLowerCase(Locale.ROOT).endsWith("vector")
                ? name.replace("Vector", "Scalar").replace("vector", "scalar")
                : name.replace("Scalar", "Vector").replace("scalar", "vector");
        assertTrue(!twin.equals(name) && methods.contains(twin), name);
      }
    }
  }

  @Test
  void productsAreMeasuredInEveryTypeAndAtEveryWidth() throws NoSuchFieldException {
    List<String> types =
        List.of(ProductBenchmark.class.getField("type").getAnnotation(Param.class).value());
    assertEquals(
        Arrays.stream(DType.values()).map(DType::name).sorted().toList(),
        types.stream().sorted().toList());
    assertEquals(
        List.of("1", "2", "4", "8", "16", "32", "64"),
        List.of(ProductBenchmark.class.getField("width").getAnnotation(Param.class).value()));
  }

  @Test
  void theAgreementThatIsCheckedBeforeTimingHolds() {
    for (DType type : DType.values()) {
      for (int width : new int[] {1, 3}) {
        ProductBenchmark product = new ProductBenchmark();
        product.type = type;
        product.width = width;
        product.shape = "130x512";
        product.setUp();
      }
    }
    AttentionBenchmark attention = new AttentionBenchmark();
    attention.keys = 70;
    attention.rows = 3;
    attention.setUp();
    NormBenchmark norm = new NormBenchmark();
    norm.size = 100;
    norm.setUp();
    ElementBenchmark element = new ElementBenchmark();
    element.size = 100;
    element.setUp();
  }

  @Test
  void aResultThatIsOffIsRefused() {
    assertThrows(
        IllegalStateException.class,
        () -> Agreement.within("x", new float[] {1.001f}, new double[] {1}, new double[] {1}, 10));
    assertThrows(
        IllegalStateException.class,
        () -> Agreement.close("x", new float[] {Float.NaN}, new float[] {1}, 1));
    assertThrows(
        IllegalStateException.class, () -> Agreement.same("x", new int[] {1}, new int[] {2}));
  }

  @Test
  void anUnknownOptionOrPatternIsSaidInOneLine() {
    for (String line : List.of("-nosuch", "nosuchbenchmark", "-f many")) {
      List<String> arguments = Stream.of(line.split(" ")).toList();
      UsageException e = assertThrows(UsageException.class, () -> new JmhRun(arguments).run());
      assertTrue(e.getMessage().startsWith("jmh: "), e.getMessage());
      assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }
  }

  @Test
  void aResultBecomesAPage(@TempDir Path folder) throws IOException {
    Path json =
        Files.writeString(
            folder.resolve("jmh.json"),
            """
             [{"jmhVersion": "1.37", "benchmark": "org.decodebench.reports.jmh.ProductBenchmark.vector",
               "mode": "avgt", "forks": 2, "vmName": "<VM>", "vmVersion": "25",
               "params": {"type": "F32", "width": "1"},
               "primaryMetric": {"score": 12.5, "scoreError": 0.25, "scoreUnit": "us/op"}}]
            """);
    assertTrue(JmhPage.looksLikeOne(json));
    String html = JmhPage.html(json);
    assertTrue(html.contains("<td>ProductBenchmark.vector</td><td>type=F32 width=1</td>"), html);
    assertTrue(html.contains("12.5") && html.contains("± 0.250"), html);
    assertTrue(html.contains("&lt;VM&gt;"), html);
    for (String bad : List.of("[", "[]", "[{}]")) {
      Path file = Files.writeString(folder.resolve("bad.json"), bad);
      assertThrows(UsageException.class, () -> JmhPage.html(file), bad);
    }
    assertTrue(!JmhPage.looksLikeOne(folder));
  }
}
