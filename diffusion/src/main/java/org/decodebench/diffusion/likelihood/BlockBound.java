package org.decodebench.diffusion.likelihood;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.diffusion.likelihood.MaskDraws.Draw;

/**
 * The bound block by block (BD3-LM, 2503.09573), over the blocks up to the one that holds the end
 * of the text. One forward writes a clean text into the cache; then its blocks are noised from the
 * last to the first, each over the cached clean blocks before it. Several texts share the forwards.
 */
final class BlockBound {
  private static final int WIDTH = 8;

  private final LanguageModel model;
  private final int block;
  private final MaskDraws.Form form;
  private final int samples;
  private final long seed;
  private final Noised noised;

  BlockBound(LanguageModel model, int block, MaskDraws.Form form, int samples, long seed) {
    this.model = model;
    this.block = block;
    this.form = form;
    this.samples = samples;
    this.seed = seed;
    this.noised = new Noised(model.config());
  }

  Estimate estimate(List<ScoredText> texts, LongConsumer progress) {
    Estimate estimate = new Estimate();
    int longest = texts.stream().mapToInt(text -> text.tokens().length).max().orElse(0);
    for (int from = 0; from < texts.size(); from += WIDTH) {
      int to = Math.min(from + WIDTH, texts.size());
      try (Session session = model.open(longest, to - from)) {
        List<Text> group = new ArrayList<>();
        for (int i = from; i < to; i++) {
          group.add(new Text(i - from, texts.get(i), new RandomStream(seed, i)));
        }
        clean(session, group, estimate);
        noise(session, group, estimate);
      }
      progress.accept(to);
    }
    return estimate;
  }

  /** Writes the clean texts; a shifted model's first positions of blocks are read off here. */
  private void clean(Session session, List<Text> group, Estimate estimate) {
    List<Run> runs = new ArrayList<>();
    for (Text text : group) {
      int[] rows = IntStream.of(text.heads()).map(p -> p - 1).toArray();
      runs.add(new Run(text.sequence, text.cut(), 0, text.attention(), rows));
    }
    Logits logits = session.forward(runs);
    int row = 0;
    for (Text text : group) {
      session.commit(text.sequence, text.end());
      int[] heads = text.heads();
      estimate.add(noised.nats(logits, row, text.source.tokens(), heads));
      row += heads.length;
    }
  }

  private void noise(Session session, List<Text> group, Estimate estimate) {
    int last = group.stream().mapToInt(Text::blocks).max().orElse(0) - 1;
    for (int b = last; b >= 0; b--) {
      List<Work> works = new ArrayList<>();
      for (Text text : group) {
        int[] positions = b < text.blocks() ? text.positions(b) : new int[0];
        if (positions.length > 0) {
          session.truncate(text.sequence, b * block);
          MaskDraws draws = new MaskDraws(form, text.random);
          works.add(new Work(text, draws.draw(positions, samples)));
        }
      }
      for (int s = 0; s < samples; s++) {
        sample(session, works, b * block, s);
      }
      works.forEach(work -> estimate.addMean(work.values));
    }
  }

  private void sample(Session session, List<Work> works, int from, int sample) {
    List<Run> runs = new ArrayList<>();
    List<Work> asked = new ArrayList<>();
    for (Work work : works) {
      if (sample < work.draws.size() && work.draws.get(sample).masked().length > 0) {
        Text text = work.text;
        int to = Math.min(from + block, text.end());
        int[] masked = work.draws.get(sample).masked();
        runs.add(
            noised.run(text.sequence, text.source.tokens(), masked, from, to, text.attention()));
        asked.add(work);
      }
    }
    if (runs.isEmpty()) {
      return;
    }
    Logits logits = session.forward(runs);
    int row = 0;
    for (Work work : asked) {
      Draw draw = work.draws.get(sample);
      work.values[sample] =
          draw.weight() * noised.nats(logits, row, work.text.source.tokens(), draw.masked());
      row += draw.masked().length;
    }
  }

  /** A text in a sequence of the session. */
  private final class Text {
    private final int sequence;
    private final ScoredText source;
    private final RandomStream random;

    Text(int sequence, ScoredText source, RandomStream random) {
      this.sequence = sequence;
      this.source = source;
      this.random = random;
    }

    /** Number of blocks up to the one that holds the end of the text. */
    int blocks() {
      return (source.given() + source.textTokens() + block - 1) / block;
    }

    int end() {
      return Math.min(blocks() * block, source.tokens().length);
    }

    int[] cut() {
      return java.util.Arrays.copyOf(source.tokens(), end());
    }

    Attention attention() {
      return new Attention.BlockCausal(block, end());
    }

    private boolean isHead(int position) {
      return model.config().logitShift() == 1 && position > 0 && position % block == 0;
    }

    /** Scored positions that the block before predicts, ascending. */
    int[] heads() {
      return IntStream.range(source.given(), end()).filter(this::isHead).toArray();
    }

    /** Positions of a block that are scored by noising it. */
    int[] positions(int b) {
      return IntStream.range(Math.max(b * block, source.given()), Math.min((b + 1) * block, end()))
          .filter(p -> !isHead(p))
          .toArray();
    }
  }

  /** A block's draws and their values. */
  private static final class Work {
    private final Text text;
    private final List<Draw> draws;
    private final double[] values;

    Work(Text text, List<Draw> draws) {
      this.text = text;
      this.draws = draws;
      this.values = new double[draws.size()];
    }
  }
}
