package org.decodebench.speculative.self;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.diffusion.policy.Chance;
import org.decodebench.diffusion.policy.Prediction;

/**
 * One sequence. Both sessions hold the text's finished part; in the verifying one, sequence 0 holds
 * it for good and the others are copies, one a drafted position.
 */
final class SelfSequence {
  private final SelfSpeculative decoder;
  private final int index;
  private final Session drafts;
  private final Session verifies;
  private final DecodeListener listener;
  private final PhaseClock clock;
  private final SelfSpeculative.Counts counts;
  private final Tokenizer tokenizer;
  private final Chance chance;
  private final Sampler sampler;
  private final int block;
  private final int verifyBlock;
  private final int mask;
  private final int prompt;
  private final int[] text;
  private final double[] distribution;

  /** Tokens of the text so far, the prompt included. */
  private int known;

  private int step;
  private boolean ended;

  SelfSequence(
      SelfSpeculative decoder,
      DecodeRequest request,
      int index,
      Session drafts,
      Session verifies,
      DecodeListener listener,
      PhaseClock clock,
      SelfSpeculative.Counts counts) {
    this.decoder = decoder;
    this.index = index;
    this.drafts = drafts;
    this.verifies = verifies;
    this.listener = listener;
    this.clock = clock;
    this.counts = counts;
    ModelConfig config = request.model().config();
    DecodeRequest.Prompt of = request.prompts().get(index);
    tokenizer = request.model().tokenizer();
    chance = Chance.of(new RandomStream(request.seed(), of.stream()));
    int vocab = config.vocabSize();
    mask = config.maskTokenId().orElseThrow();
    sampler = decoder.sampling().sampler(vocab);
    distribution = new double[vocab];
    block = config.blockSize();
    verifyBlock = decoder.mode() == SelfSpeculative.Mode.ONE ? 1 : block;
    prompt = of.tokens().length;
    known = prompt;
    text = Arrays.copyOf(of.tokens(), prompt + request.maxNewTokens());
    Arrays.fill(text, prompt, text.length, mask);
  }

  DecodeResult.Sequence run() {
    while (!ended && known < text.length) {
      int from = known;
      int[] draft = draft();
      verify(draft);
      tell(from);
    }
    return new DecodeResult.Sequence(
        Arrays.copyOfRange(text, prompt, known),
        ended ? DecodeResult.Stop.END : DecodeResult.Stop.LENGTH);
  }

  private void tell(int from) {
    int[] positions = IntStream.range(from - prompt, known - prompt).toArray();
    listener.committed(index, step++, positions, Arrays.copyOfRange(text, from, known), false);
  }

  /** End of the block that holds the first open position. */
  private int end() {
    return Math.min((known / block + 1) * block, text.length);
  }

  /**
   * The block's open positions, filled by the most confident tokens in a few forwards.
   *
   * @return the canvas up to the block's end
   */
  private int[] draft() {
    int to = end();
    int from = known / block * block;
    int[] canvas = Arrays.copyOf(text, to);
    Attention attention = new Attention.BlockCausal(block, text.length);
    for (int s = 0; s < decoder.steps(); s++) {
      int[] open = IntStream.range(known, to).filter(i -> canvas[i] == mask).toArray();
      if (open.length == 0) {
        break;
      }
      int start = drafts.length(0);
      int[] rows = Arrays.stream(open).map(i -> i - start).toArray();
      clock.skip();
      Logits logits =
          drafts.forward(
              List.of(new Run(0, Arrays.copyOfRange(canvas, start, to), start, attention, rows)));
      clock.lap("draft");
      if (start < from) {
        drafts.commit(0, from);
      }
      fill(canvas, open, logits, Math.ceilDiv(open.length, decoder.steps() - s));
    }
    return canvas;
  }

  private void fill(int[] canvas, int[] open, Logits logits, int count) {
    Prediction[] seen = new Prediction[open.length];
    for (int i = 0; i < open.length; i++) {
      seen[i] = new Prediction(logits, i, mask);
    }
    IntStream.range(0, open.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -seen[i].confidence()))
        .limit(count)
        .forEach(i -> canvas[open[i]] = seen[i].best());
  }

  /** One forward over a copy of the text for every drafted position; places what is agreed. */
  private void verify(int[] canvas) {
    int to = canvas.length;
    int base = verifies.length(0);
    int finished = verifyBlock == 1 ? known : known / block * block;
    Attention attention = new Attention.BlockCausal(verifyBlock, text.length);
    List<Run> runs = new ArrayList<>();
    if (finished > base) {
      runs.add(new Run(0, Arrays.copyOfRange(text, base, finished), base, attention, Run.none()));
    }
    for (int position = known; position < to; position++) {
      int copy = 1 + position - known;
      verifies.copy(0, copy, base);
      int end = verifyBlock == 1 ? position + 1 : to;
      int[] tokens = Arrays.copyOfRange(canvas, base, end);
      Arrays.fill(tokens, position - base, tokens.length, mask);
      runs.add(new Run(copy, tokens, base, attention, new int[] {position - base}));
    }
    clock.skip();
    Logits logits = verifies.forward(runs);
    clock.lap("verify");
    if (finished > base) {
      verifies.commit(0, finished);
    }
    counts.drafted += to - known;
    counts.verifications++;
    accept(canvas, logits);
    clock.lap("sample");
  }

  private void accept(int[] canvas, Logits logits) {
    boolean agrees = true;
    int first = known;
    for (int position = first; agrees && !ended && position < canvas.length; position++) {
      Prediction prediction = new Prediction(logits, position - first, mask);
      text[position] = token(prediction, position);
      known = position + 1;
      ended = tokenizer.isEnd(text[position]);
      agrees = text[position] == canvas[position];
      counts.accepted += agrees ? 1 : 0;
    }
  }

  private int token(Prediction prediction, int position) {
    if (sampler.isArgmax()) {
      return prediction.best();
    }
    float[] row = prediction.copy();
    row[mask] = Float.NEGATIVE_INFINITY;
    sampler.distribution(row, 0, new History(text, position, prompt), distribution);
    return chance.token(distribution, position, 0);
  }
}
