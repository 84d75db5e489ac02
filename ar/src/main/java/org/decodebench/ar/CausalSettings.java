package org.decodebench.ar;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decodebench.ar.grammar.Grammar;
import org.decodebench.ar.grammar.GrammarFiles;
import org.decodebench.ar.grammar.GrammarProcessor;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.sampling.LogitsProcessor;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * What all left-to-right decoders can be told about the text: how to sample, when to stop, what may
 * not or must be written. A draft and its target follow the same.
 *
 * @param minNewTokens no end before so many tokens
 * @param bannedWords strings that the generated text never holds
 * @param grammar that the generated text follows
 */
public record CausalSettings(
    SamplingSettings sampling,
    Stops stops,
    int minNewTokens,
    List<String> bannedWords,
    Optional<Grammar> grammar,
    Optional<Watermark> watermark) {

  private static final Setting[] SETTINGS = {
    new Setting("stop", "", "strings that end the text, joined by ';' (\\c is a comma)"),
    new Setting("stop-ids", "", "further tokens that end the text, joined by ';'"),
    new Setting("min-new-tokens", "0", "no end before so many tokens"),
    new Setting("banned-words", "", "strings never to write, joined by ';' (\\c is a comma)"),
    new Setting("grammar", "", "file with a GBNF grammar that the text must follow"),
    new Setting("json-schema", "", "file with a JSON schema that the text must follow"),
    new Setting("watermark", "0", "added to the logits of green tokens (delta); 0 is none"),
    new Setting("watermark-gamma", "0.5", "share of green tokens"),
    new Setting("watermark-key", "1", "what a detector must know")
  };

  public CausalSettings {
    bannedWords = List.copyOf(bannedWords);
  }

  /** Sampling alone. */
  public static CausalSettings of(SamplingSettings sampling) {
    return new CausalSettings(
        sampling, Stops.NONE, 0, List.of(), Optional.empty(), Optional.empty());
  }

  /** A decoder's own settings, then these without those of sampling. */
  public static List<Setting> withoutSampling(Setting... own) {
    return Stream.concat(Stream.of(own), Stream.of(SETTINGS)).toList();
  }

  /** What the text must keep to; all of the model's distribution counts. */
  public static CausalSettings parseWithoutSampling(Settings settings) {
    return parse(settings, SamplingSettings.atTemperature(1));
  }

  /** A decoder's own settings, then these. */
  public static List<Setting> after(Setting... own) {
    return SamplingSettings.after(
        Stream.concat(Stream.of(own), Stream.of(SETTINGS)).toArray(Setting[]::new));
  }

  public static CausalSettings parse(Settings settings) {
    return parse(settings, SamplingSettings.parse(settings));
  }

  private static CausalSettings parse(Settings settings, SamplingSettings sampling) {
    double delta = settings.number("watermark", -100, 100);
    return new CausalSettings(
        sampling,
        new Stops(ids(settings), EscapedList.parse(settings.text("stop"))),
        settings.integer("min-new-tokens", 0, Integer.MAX_VALUE),
        EscapedList.parse(settings.text("banned-words")),
        grammar(settings),
        delta == 0
            ? Optional.empty()
            : Optional.of(
                new Watermark(
                    settings.integer("watermark-key", Integer.MIN_VALUE, Integer.MAX_VALUE),
                    settings.number("watermark-gamma", 0.01, 0.99),
                    delta)));
  }

  private static Optional<Grammar> grammar(Settings settings) {
    String gbnf = settings.text("grammar");
    String schema = settings.text("json-schema");
    if (!gbnf.isEmpty() && !schema.isEmpty()) {
      throw settings.bad("grammar", "either a grammar or a json-schema, not both");
    }
    if (!gbnf.isEmpty()) {
      return Optional.of(GrammarFiles.gbnf(Path.of(gbnf)));
    }
    return schema.isEmpty()
        ? Optional.empty()
        : Optional.of(GrammarFiles.jsonSchema(Path.of(schema)));
  }

  private static Set<Integer> ids(Settings settings) {
    Set<Integer> ids = new LinkedHashSet<>();
    for (String id : EscapedList.parse(settings.text("stop-ids"))) {
      try {
        ids.add(Integer.parseUnsignedInt(id.strip()));
      } catch (NumberFormatException e) {
        throw settings.bad("stop-ids", "token ids joined by ';', for example 2;13");
      }
    }
    return ids;
  }

  /** The whole chain, constraints first, for one decode. */
  public Sampler sampler(DecodeRequest request) {
    int vocab = request.model().config().vocabSize();
    Tokenizer tokenizer = request.model().tokenizer();
    List<LogitsProcessor> chain = new ArrayList<>();
    if (minNewTokens > 0) {
      chain.add(new MinimumLength(minNewTokens, ends(tokenizer, vocab)));
    }
    if (!bannedWords.isEmpty()) {
      chain.add(new BannedWords(bannedWords, tokenizer, new TokenTexts(tokenizer)));
    }
    grammar.ifPresent(g -> chain.add(new GrammarProcessor(g, tokenizer, request.maxNewTokens())));
    watermark.ifPresent(chain::add);
    for (int id : stops.ids()) {
      if (id >= vocab) {
        throw new UsageException(
            "stop-ids names token %d, but the vocabulary has ids 0 to %d".formatted(id, vocab - 1));
      }
    }
    sampling.sampler(vocab);
    chain.addAll(sampling.chain());
    return new Sampler(chain, vocab);
  }

  private int[] ends(Tokenizer tokenizer, int vocab) {
    return IntStream.range(0, Math.min(vocab, tokenizer.vocabSize()))
        .filter(id -> tokenizer.isEnd(id) || stops.ids().contains(id))
        .toArray();
  }

  /** The text of one of a request's prompts, with these stops. */
  public Continuation continuation(DecodeRequest request, int index) {
    return new Continuation(request, index, stops);
  }
}
