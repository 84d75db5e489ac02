package org.decodebench.training;

import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.tokenizer.Tokenizer;

/** Where canvases come from. The same (seed, index) gives the same canvas to every objective. */
interface CanvasData {

  /** The {@code index}-th training canvas. */
  Canvas training(long index, int length);

  /** The {@code index}-th canvas that training never sees. */
  Canvas heldOut(long index, int length);

  int vocabSize();

  int maskToken();

  /** Fresh texts of a source, one a canvas. */
  record OfSource(Source source, int maskToken, long seed) implements CanvasData {
    // Held-out texts come from streams that no training run reaches.
    private static final long HELD_OUT = 1L << 60;

    @Override
    public Canvas training(long index, int length) {
      return sample(new RandomStream(seed, index), length);
    }

    @Override
    public Canvas heldOut(long index, int length) {
      return sample(new RandomStream(seed, HELD_OUT + index), length);
    }

    private Canvas sample(RandomStream random, int length) {
      Tokenizer tokenizer = source.tokenizer();
      return Canvas.of(
          source.sample(random, length - 1),
          tokenizer.begin().orElseThrow(),
          tokenizer.end().orElseThrow(),
          length);
    }

    @Override
    public int vocabSize() {
      return source.tokenizer().vocabSize();
    }
  }

  /**
   * Windows of a text in byte tokens: training ones anywhere in the first 90 %, held-out ones one
   * after another in the rest.
   */
  record OfBytes(byte[] text, long seed) implements CanvasData {
    static final int BEGIN = 256;
    static final int MASK = 258;

    int split() {
      return (int) (text.length * 9L / 10);
    }

    @Override
    public Canvas training(long index, int length) {
      int span = split() - (length - 1) + 1;
      return window((int) (new RandomStream(seed, index).uniform(0, 0) * span), length);
    }

    @Override
    public Canvas heldOut(long index, int length) {
      int windows = (text.length - split()) / (length - 1);
      return window(split() + (int) (index % windows) * (length - 1), length);
    }

    private Canvas window(int from, int length) {
      int[] bytes = new int[length - 1];
      Arrays.setAll(bytes, i -> text[from + i] & 0xFF);
      return Canvas.of(bytes, BEGIN, BEGIN, length);
    }

    @Override
    public int vocabSize() {
      return 259;
    }

    @Override
    public int maskToken() {
      return MASK;
    }
  }
}
