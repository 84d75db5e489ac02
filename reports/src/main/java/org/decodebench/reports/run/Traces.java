package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.tokenizer.StreamingDecoder;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Trace;

/** Makes a trace of a measured decode: its events with pieces of text to show. */
final class Traces {
  private final Tokenizer tokenizer;
  private final int[] tokens;
  private final List<String> pieces;

  private Traces(Tokenizer tokenizer, int[] prompt, int[] tokens) {
    this.tokenizer = tokenizer;
    this.tokens = tokens;
    // After the prompt, so that the first piece has its space.
    List<String> all = pieces(tokenizer, SampleQuality.joined(prompt, tokens));
    pieces = all.subList(prompt.length, all.size());
  }

  /**
   * @param index of the sequence in the decode's batch
   */
  static Trace of(
      ForkTask task,
      String decoder,
      LanguageModel model,
      MeasuredDecode decode,
      int index,
      int[] prompt,
      SampleQuality quality) {
    DecodeResult.Sequence sequence = decode.result().sequences().get(index);
    Traces t = new Traces(model.tokenizer(), prompt, sequence.tokens());
    int canvas = task.maxNewTokens();
    if (canvas == 0) {
      canvas =
          Math.min(model.config().contextLength() - prompt.length, ForkTask.DEFAULT_NEW_TOKENS);
    }
    return new Trace(
        new Trace.Header(
            RunRecord.SCHEMA_VERSION,
            task.setting(),
            task.model(),
            decoder,
            decode.prompts().get(index),
            model.tokenizer().decode(prompt),
            pieces(model.tokenizer(), prompt),
            canvas),
        t.events(decode, index),
        new Trace.End(
            decode.times().latencyMs(),
            Arrays.stream(sequence.tokens()).boxed().toList(),
            List.copyOf(t.pieces),
            String.join("", t.pieces),
            sequence.stop().name().toLowerCase(Locale.ROOT),
            quality.surprisal(prompt, sequence.tokens())));
  }

  private List<Trace.Event> events(MeasuredDecode decode, int index) {
    List<Trace.Event> out = new ArrayList<>();
    for (EventLog.Event e : decode.events()) {
      double t = (e.nanos() - decode.startNanos()) * 1e-6;
      if (e.kind() == EventLog.Kind.PREFILLED) {
        out.add(new Trace.Prefilled(t));
      } else if (e.sequence() == index && e.kind() == EventLog.Kind.DRAFTED) {
        out.add(
            new Trace.Drafted(
                t, e.step(), e.positions()[0], boxed(e.tokens()), shown(range(e), e.tokens())));
      } else if (e.sequence() == index) {
        out.add(
            new Trace.Committed(
                t,
                e.step(),
                boxed(e.positions()),
                boxed(e.tokens()),
                shown(e.positions(), e.tokens()),
                e.kind() == EventLog.Kind.OVERWROTE));
      }
    }
    return out;
  }

  private static int[] range(EventLog.Event draft) {
    int[] positions = new int[draft.tokens().length];
    Arrays.setAll(positions, i -> draft.positions()[0] + i);
    return positions;
  }

  /** The piece that the final text has there, if it is the same token; else its own spelling. */
  private List<String> shown(int[] positions, int[] ids) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      boolean kept = positions[i] < tokens.length && tokens[positions[i]] == ids[i];
      out.add(kept ? pieces.get(positions[i]) : tokenizer.piece(ids[i]));
    }
    return out;
  }

  /** One piece a token; concatenated they are the text. */
  private static List<String> pieces(Tokenizer tokenizer, int[] ids) {
    StreamingDecoder stream = tokenizer.stream();
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(stream.next(id));
    }
    if (!pieces.isEmpty()) {
      pieces.set(pieces.size() - 1, pieces.getLast() + stream.finish());
    }
    return pieces;
  }

  private static List<Integer> boxed(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
