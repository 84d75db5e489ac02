package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.Sampler;

/** One call of contrastive search: all prompts, a step at a time together. */
final class ContrastiveBatch implements Prefill.Reader {
  private final DecodeListener listener;
  private final Session session;
  private final ContrastiveDecoder settings;
  private final Sampler sampler;
  private final int size;
  private final List<Writer> writers = new ArrayList<>();
  private final PhaseClock clock = new PhaseClock();

  /** A text, what may follow it, and the directions of its hidden states. */
  private static final class Writer {
    private final int index;
    private final Continuation text;
    private final double[] next;
    private final List<float[]> states = new ArrayList<>();
    private int lastRow;

    Writer(int index, Continuation text, int vocab) {
      this.index = index;
      this.text = text;
      next = new double[vocab];
    }
  }

  ContrastiveBatch(
      DecodeRequest request,
      DecodeListener listener,
      Session session,
      ContrastiveDecoder settings) {
    this.listener = listener;
    this.session = session;
    this.settings = settings;
    sampler = settings.text().sampler(request);
    size = request.model().config().hiddenSize();
    for (int i = 0; i < request.prompts().size(); i++) {
      writers.add(new Writer(i, settings.text().continuation(request, i), sampler.vocab()));
    }
  }

  DecodeResult run() {
    clock.skip();
    Logits logits =
        Prefill.run(
            session,
            IntStream.range(0, writers.size()).toArray(),
            writers.stream().map(writer -> writer.text).toList(),
            settings.prefillChunk(),
            this);
    clock.lap("prefill");
    listener.prefilled();
    for (Writer writer : writers) {
      follow(writer, logits, writer.lastRow);
    }
    List<Writer> live = writers;
    for (int step = 0; !live.isEmpty(); step++) {
      step(live, step);
      live = live.stream().filter(writer -> !writer.text.done()).toList();
    }
    return DecodeResult.of(
        writers.stream().map(writer -> writer.text.result()).toList(), clock.phases());
  }

  @Override
  public int[] rows(int tokens, boolean endsText) {
    return Run.all(tokens);
  }

  @Override
  public void read(List<Run> runs) {
    int row = 0;
    for (Run run : runs) {
      Writer writer = writers.get(run.sequence());
      for (int i = 0; i < run.tokens().length; i++, row++) {
        writer.states.add(direction(row));
      }
      writer.lastRow = row - 1;
    }
  }

  private void step(List<Writer> live, int step) {
    List<Run> runs = live.stream().map(this::candidates).toList();
    clock.skip();
    Logits logits = session.forward(runs);
    clock.lap("decode");
    int row = 0;
    for (int i = 0; i < live.size(); i++) {
      Writer writer = live.get(i);
      int[] tokens = runs.get(i).tokens();
      float[][] states = new float[tokens.length][];
      for (int c = 0; c < tokens.length; c++) {
        states[c] = direction(row + c);
      }
      int best = best(writer, tokens, states);
      int position = writer.text.generated();
      writer.text.append(tokens[best]);
      writer.states.add(states[best]);
      session.commitPath(writer.index, new int[] {best});
      listener.committed(writer.index, step, new int[] {position}, new int[] {tokens[best]}, false);
      if (!writer.text.done()) {
        follow(writer, logits, row + best);
      }
      row += tokens.length;
    }
    clock.lap("sample");
  }

  private void follow(Writer writer, Logits logits, int row) {
    sampler.distribution(
        logits.values(row), logits.offset(row), writer.text.history(), writer.next);
  }

  /** The most probable tokens, side by side behind the text. */
  private Run candidates(Writer writer) {
    int prefix = session.length(writer.index);
    int room = Math.min(settings.candidates(), session.capacity() - prefix);
    double[] left = writer.next.clone();
    int[] tokens = new int[Math.max(1, room)];
    int count = 0;
    while (count < tokens.length) {
      int token = Distributions.argmax(left);
      if (left[token] <= 0) {
        break;
      }
      tokens[count++] = token;
      left[token] = 0;
    }
    int[] parents = new int[count];
    Arrays.fill(parents, -1);
    return new Run(
        writer.index,
        Arrays.copyOf(tokens, count),
        prefix,
        new Attention.Tree(prefix, parents),
        Run.all(count));
  }

  /** The first of the best candidates; they come in the order of their probability. */
  private int best(Writer writer, int[] tokens, float[][] states) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < tokens.length; c++) {
      double similarity = -1;
      for (float[] earlier : writer.states) {
        similarity = Math.max(similarity, dot(states[c], earlier));
      }
      double score =
          (1 - settings.alpha()) * writer.next[tokens[c]] - settings.alpha() * similarity;
      if (score > most) {
        most = score;
        best = c;
      }
    }
    return best;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** A row's hidden state, of length one. */
  private float[] direction(int row) {
    float[] hidden = session.hidden();
    if (hidden.length == 0) {
      throw new UsageException(
          "ar-contrastive compares hidden states, and this model or runtime shows none; use a"
              + " transformer on the CPU");
    }
    float[] state = Arrays.copyOfRange(hidden, row * size, (row + 1) * size);
    double norm = Math.sqrt(dot(state, state)) + 1e-12;
    for (int i = 0; i < size; i++) {
      state[i] /= (float) norm;
    }
    return state;
  }
}
