package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.Cost;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.decode.NBestDecoder;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.tokenizer.StreamingDecoder;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.reports.chat.ChatTemplate;

/** Continues one prompt: text to {@code out}, the rest to {@code err}. */
public final class Generation {
  /** A position that is not committed yet. */
  private static final String MASK = "▁";

  private static final int OPEN = -1;

  private final ModelLoader models;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param decoder spec; null for the one that the model was trained for
   * @param prompt to continue; null with a template
   * @param template text with gaps to fill; null with a prompt
   * @param chat whether the checkpoint's chat template is put around the prompt
   * @param maxNewTokens 0 for what the context leaves, at most 256
   * @param nBest texts to print with their scores; 0 for the best alone, as it appears
   */
  public record Request(
      String model,
      String decoder,
      String prompt,
      String template,
      boolean chat,
      int maxNewTokens,
      int nBest,
      long seed,
      boolean showSteps) {}

  public Generation(ModelLoader models, PrintStream out, PrintStream err) {
    this.models = models;
    this.out = out;
    this.err = err;
  }

  /**
   * @throws UsageException if there is no such model or decoder, they do not suit each other, or
   *     the prompt leaves no room
   */
  public void run(Request request) {
    LanguageModel model = models.model(request.model());
    CostCounter target = new CostCounter();
    CostCounter draft = new CostCounter();
    String given = request.decoder() == null ? defaultDecoder(model.config()) : request.decoder();
    String spec = Decoders.create(given, models.context(m -> m)).calibrated(model).spec();
    Decoder decoder = Decoders.create(spec, models.context(m -> new MeteredModel(m, draft)));
    decoder.check(model);
    Template template = template(request, model.tokenizer());
    int[] prompt = template.prompt();
    int most = newTokens(request, model, template);
    var decode =
        new DecodeRequest(
            new MeteredModel(model, target),
            List.of(new DecodeRequest.Prompt(0, prompt, template.rest())),
            most,
            request.seed());
    if (request.nBest() > 0) {
      nBest(decoder, decode, request.nBest());
      return;
    }
    EventLog log = new EventLog();
    Screen screen = new Screen(model, prompt, most, request.showSteps(), log);
    log.start();
    DecodeResult result = decoder.decode(decode, screen);
    long end = System.nanoTime();
    int[] tokens = result.sequences().getFirst().tokens();
    screen.finish(tokens);
    speed(log, end, result, target.total(), draft.total());
  }

  /** One text a line, its own line breaks escaped. */
  private void nBest(Decoder decoder, DecodeRequest request, int count) {
    if (!(decoder instanceof NBestDecoder ranking)) {
      throw new UsageException(
          "--n-best: decoder %s finds one text only; use ar-beam or ar-best-of"
              .formatted(decoder.spec()));
    }
    Tokenizer tokenizer = request.model().tokenizer();
    int[] prompt = request.prompts().getFirst().tokens();
    List<NBestDecoder.Hypothesis> found = ranking.nBest(request, DecodeListener.NONE).getFirst();
    if (found.size() < count) {
      err.printf(
          "note: %s keeps %d texts, not %d: ask for more beams, or a larger n%n",
          decoder.spec(), found.size(), count);
    }
    found.stream()
        .limit(count)
        .forEach(h -> {
          int[] tokens = h.text().tokens();
          int[] text = Arrays.copyOf(prompt, prompt.length + tokens.length);
          System.arraycopy(tokens, 0, text, prompt.length, tokens.length);
          out.printf(
              Locale.ROOT,
              "%.4f\t%.4f\t%s%n",
              h.score(),
              h.logProbability(),
              tokenizer.decode(text).replace("\\", "\\\\").replace("\n", "\\n"));
        });
  }

  private static Template template(Request request, Tokenizer tokenizer) {
    return request.template() == null
        ? new Template(prompt(request, tokenizer), new int[0])
        : Template.parse(request.template(), tokenizer);
  }

  private static int[] prompt(Request request, Tokenizer tokenizer) {
    if (!request.chat()) {
      return tokenizer.encode(request.prompt(), true);
    }
    String template =
        Models.chatTemplate(request.model())
            .orElseThrow(() ->
                new UsageException(
                    "%s has no chat template; leave out --chat".formatted(request.model())));
    ChatTemplate chat = new ChatTemplate(request.model(), template);
    List<ChatTemplate.Message> messages =
        List.of(new ChatTemplate.Message("user", request.prompt()));
    return ChatTemplate.encode(chat.render(messages, tokenizer), tokenizer);
  }

  static String defaultDecoder(ModelConfig config) {
    return switch (config.paradigm()) {
      case MASKED_DIFFUSION -> "masked-diffusion";
      case BLOCK_DIFFUSION -> "block-diffusion";
      case UNIFORM_DIFFUSION -> "uniform-diffusion";
      case AUTOREGRESSIVE, ANY -> "ar";
    };
  }

  /** A template is as long as it is, unless more is asked for. */
  private static int newTokens(Request request, LanguageModel model, Template template) {
    int prompt = template.prompt().length;
    int room = model.config().contextLength() - prompt;
    int least = Math.max(Math.max(1, template.rest().length), request.maxNewTokens());
    if (room < least) {
      throw new UsageException(
          "--max-new-tokens %d: a prompt of %d tokens leaves %d of the %d positions of %s"
              .formatted(
                  least, prompt, Math.max(0, room), model.config().contextLength(), model.name()));
    }
    return least > 1 || request.maxNewTokens() > 0
        ? least
        : Math.min(room, ForkTask.DEFAULT_NEW_TOKENS);
  }

  private void speed(EventLog log, long end, DecodeResult result, Cost target, Cost draft) {
    int n = result.sequences().getFirst().tokens().length;
    DecodeTimes times = DecodeTimes.of(log.events(), log.startNanos(), end, new int[] {n});
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%d tokens in %.0f ms (%.0f tokens/s), first after %.0f ms, %d forwards",
            n,
            times.latencyMs(),
            1e3 * n / times.latencyMs(),
            times.sequences().getFirst().ttftMs(),
            target.forwards()));
    if (result.drafted() > 0) { // a text that drafts for itself needs no forwards
      line.append(
          String.format(
              Locale.ROOT,
              " and %d of the draft, %.0f %% of %d drafted tokens accepted",
              draft.forwards(),
              100.0 * result.accepted() / Math.max(1, result.drafted()),
              result.drafted()));
    }
    err.println(line);
  }

  /** Shows tokens as they come: readable text on {@code out}, or the canvas on {@code err}. */
  private final class Screen implements DecodeListener {
    private final Tokenizer tokenizer;
    private final boolean streams;
    private final boolean showSteps;
    private final EventLog log;
    private final StreamingDecoder text;
    private final int[] canvas;
    private final int[] prompt;
    private boolean begun;
    private int readable;
    private int shownStep = -1;

    Screen(LanguageModel model, int[] prompt, int most, boolean showSteps, EventLog log) {
      tokenizer = model.tokenizer();
      // Only where a token never changes once it is readable, and not between lines of steps.
      streams = model.config().paradigm() == ModelConfig.Paradigm.AUTOREGRESSIVE && !showSteps;
      this.showSteps = showSteps;
      this.log = log;
      text = tokenizer.stream();
      canvas = new int[most];
      Arrays.fill(canvas, OPEN);
      this.prompt = prompt;
    }

    /** Shows the prompt, not before the decoder has accepted it. */
    private void begin() {
      if (!begun) {
        begun = true;
        for (int id : prompt) {
          out.print(text.next(id));
        }
        out.flush();
      }
    }

    @Override
    public void prefilled() {
      log.prefilled();
      if (streams) {
        begin();
      }
    }

    @Override
    public void committed(
        int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
      if (showSteps && step != shownStep && shownStep >= 0) {
        show();
      }
      shownStep = step;
      log.committed(sequence, step, positions, tokens, overwrote);
      for (int i = 0; i < positions.length; i++) {
        if (positions[i] < canvas.length) {
          canvas[positions[i]] = tokens[i];
        }
      }
      if (streams) {
        begin();
        while (readable < canvas.length && canvas[readable] != OPEN) {
          out.print(text.next(canvas[readable++]));
        }
        out.flush();
      }
    }

    private void show() {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < canvas.length; ) {
        int from = i;
        boolean open = canvas[i] == OPEN;
        while (i < canvas.length && (canvas[i] == OPEN) == open) {
          i++;
        }
        line.append(line.isEmpty() ? "" : " ");
        line.append(
            open
                ? String.join(" ", Collections.nCopies(i - from, MASK))
                : tokenizer.decode(Arrays.copyOfRange(canvas, from, i)));
      }
      err.printf(Locale.ROOT, "step %3d | %s%n", shownStep, line);
    }

    void finish(int[] tokens) {
      if (showSteps) {
        show();
      }
      begin();
      for (int i = readable; i < tokens.length; i++) {
        out.print(text.next(tokens[i]));
      }
      out.println(text.finish());
      out.flush();
    }
  }
}
