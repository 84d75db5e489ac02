package org.decodebench.reports.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Checkpoint;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.decodebench.reports.result.Json;

/**
 * An engine of this project in a JVM of its own: name, model, threads, prompt tokens, new tokens.
 * Prints the times of several repetitions as JSON.
 */
final class EngineMain {
  private static final int REPETITIONS = 3;
  private static final long WARM_UP_NANOS = 2_000_000_000;

  /**
   * @param kernels that ran
   * @param prefillMs of each repetition after the warm-up
   * @param decodeMs the same
   */
  record Times(String kernels, List<Double> prefillMs, List<Double> decodeMs) {}

  private EngineMain() {}

  public static void main(String[] args) {
    RuntimeOptions options =
        new RuntimeOptions(Integer.parseInt(args[2]), RuntimeOptions.Backend.AUTO);
    boolean own = args[0].equals(JvmPeer.OURS);
    try (LanguageModel model = own ? Models.load(args[1], options) : reference(args[1], options)) {
      String kernels =
          own ? KernelsProvider.choose(options.backend()).name() : "eager, no KV cache";
      Times times = measure(model, kernels, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      System.out.println(Json.LINES.writeValueAsString(times));
    }
    System.exit(0);
  }

  /** The reference runtime, where its module is on the class path. */
  private static LanguageModel reference(String model, RuntimeOptions options) {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.name().equals("pytorch")) {
        try (Checkpoint checkpoint = Models.open(model)) {
          return provider.open(model, checkpoint.weights(), checkpoint.tokenizer(), options);
        }
      }
    }
    throw new UsageException("the training module is not on the class path");
  }

  /** Warms up with whole repetitions for some seconds; a JVM starts slower than it goes on. */
  static Times measure(LanguageModel model, String kernels, int prompt, int tokens) {
    Times times = new Times(kernels, new ArrayList<>(), new ArrayList<>());
    Times warmUp = new Times(kernels, new ArrayList<>(), new ArrayList<>());
    int[] ids = prompt(prompt, model.tokenizer().vocabSize());
    try (Session session = model.open(prompt + tokens, 1)) {
      long start = System.nanoTime();
      do {
        repeat(session, ids, tokens, warmUp);
        KernelsProvider.awaitCompiled();
      } while (System.nanoTime() - start < WARM_UP_NANOS);
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        repeat(session, ids, tokens, times);
      }
    }
    return times;
  }

  private static void repeat(Session session, int[] ids, int tokens, Times times) {
    int prompt = ids.length;
    session.truncate(0, 0);
    long start = System.nanoTime();
    int next = argmax(session.forward(ids, 0, Attention.CAUSAL, Run.last(prompt)));
    session.commit(0, prompt);
    long prefilled = System.nanoTime();
    for (int i = 0; i < tokens; i++) {
      next = argmax(session.forward(new int[] {next}, prompt + i, Attention.CAUSAL, Run.last(1)));
      session.commit(0, prompt + i + 1);
    }
    times.prefillMs().add((prefilled - start) * 1e-6);
    times.decodeMs().add((System.nanoTime() - prefilled) * 1e-6);
  }

  /** The same ids as the other drivers take; what they say does not matter. */
  private static int[] prompt(int n, int vocab) {
    int[] ids = new int[n];
    Arrays.setAll(ids, i -> (i * 31 + 7) % Math.min(vocab, 1000));
    return ids;
  }

  private static int argmax(Logits logits) {
    int best = 0;
    for (int i = 1; i < logits.vocab(); i++) {
      if (logits.values()[i] > logits.values()[best]) {
        best = i;
      }
    }
    return best;
  }
}
