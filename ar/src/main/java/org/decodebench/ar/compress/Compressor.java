package org.decodebench.ar.compress;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.LongConsumer;
import org.decodebench.ar.CausalRequests;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/**
 * Compresses any bytes with an autoregressive model and an arithmetic coder: the size of the file
 * is the text's negative log-likelihood in bits and some tens of bytes, so a perplexity becomes
 * something that can be checked with {@code ls}.
 *
 * <p>Both ends need the same model and the same arithmetic (kernels); a fingerprint in the file
 * says so before anything is decoded.
 */
public final class Compressor {
  private final LanguageModel model;
  private final LongConsumer progress;

  /**
   * @param progress hears how many more tokens are coded
   * @throws UsageException if the model is not autoregressive
   */
  public Compressor(LanguageModel model, LongConsumer progress) {
    CausalRequests.checkModel("compress", model);
    if (model.config().contextLength() < 2) {
      throw new UsageException("model '%s' has a context of 1 token".formatted(model.name()));
    }
    this.model = model;
    this.progress = progress;
  }

  public byte[] compress(byte[] data) {
    List<Segment> segments = Segment.split(data, model.tokenizer());
    RangeEncoder encoder = new RangeEncoder();
    int[] sizes = new int[segments.size()];
    boolean[] raw = new boolean[segments.size()];
    try (TokenCoder tokens = new TokenCoder(model, progress)) {
      ByteModel bytes = new ByteModel();
      for (int s = 0; s < sizes.length; s++) {
        switch (segments.get(s)) {
          case Segment.Tokens text -> {
            sizes[s] = text.ids().length;
            tokens.encode(encoder, text.ids());
          }
          case Segment.Raw rest -> {
            sizes[s] = rest.bytes().length;
            raw[s] = true;
            for (byte b : rest.bytes()) {
              bytes.encode(encoder, b & 0xFF);
            }
          }
        }
      }
    }
    return new Container(
            Container.checksum(data), fingerprint(), data.length, sizes, raw, encoder.finish())
        .write();
  }

  /**
   * @throws UsageException if the file is damaged, or was compressed with another model
   */
  public byte[] decompress(byte[] file) {
    Container container = Container.read(file);
    if (container.model() != fingerprint()) {
      throw new UsageException(
          "the file was compressed with another model than '%s', or with other kernels: use the"
                  .formatted(model.name())
              + " same model, --backend and kind of machine");
    }
    RangeDecoder decoder = new RangeDecoder(container.code());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TokenCoder tokens = new TokenCoder(model, progress)) {
      ByteModel bytes = new ByteModel();
      for (int s = 0; s < container.sizes().length; s++) {
        if (container.raw()[s]) {
          for (int i = 0; i < container.sizes()[s]; i++) {
            out.write(bytes.decode(decoder));
          }
        } else {
          int[] ids = tokens.decode(decoder, container.sizes()[s]);
          out.writeBytes(Segment.bytes(ids, model.tokenizer()));
        }
      }
    }
    byte[] data = out.toByteArray();
    if (data.length != container.length() || Container.checksum(data) != container.data()) {
      throw new UsageException(
          "the data came back different: model '%s' gave other probabilities than when the file was"
                  .formatted(model.name())
              + " made; use the same --backend and kind of machine");
    }
    return data;
  }

  /** Of the weights and the arithmetic: the bits of the logits after a few tokens. */
  private int fingerprint() {
    int vocab = model.config().vocabSize();
    int[] probe = new int[Math.min(8, model.config().contextLength())];
    for (int i = 0; i < probe.length; i++) {
      probe[i] =
          model.tokenizer().begin().isPresent() && i == 0
              ? model.tokenizer().begin().getAsInt()
              : (vocab / 2 + 7 * i) % vocab;
    }
    try (Session session = model.open(probe.length, 1)) {
      Logits logits = session.forward(probe, 0, Attention.CAUSAL, Run.last(probe.length));
      int hash = vocab;
      for (int v = 0; v < vocab; v++) {
        hash = 31 * hash + Float.floatToIntBits(logits.get(0, v));
      }
      return hash;
    }
  }
}
