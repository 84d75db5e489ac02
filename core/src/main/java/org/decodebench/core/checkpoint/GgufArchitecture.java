package org.decodebench.core.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Paradigm;

/**
 * The architectures of GGUF files that are read, each as data: what {@code general.architecture}
 * implies beyond the numbers in the metadata.
 */
enum GgufArchitecture {
  /** Llama 1 to 3, Mistral, TinyLlama, SmolLM, SmolLM2. */
  LLAMA("llama", Norm.RMS, Mlp.SWIGLU, Rotary.NEIGHBOURS, Paradigm.AUTOREGRESSIVE, 1),
  QWEN2("qwen2", Norm.RMS, Mlp.SWIGLU, Rotary.HALVES, Paradigm.AUTOREGRESSIVE, 1),
  QWEN3("qwen3", Norm.RMS, Mlp.SWIGLU, Rotary.HALVES, Paradigm.AUTOREGRESSIVE, 1),
  GPT2("gpt2", Norm.LAYER, Mlp.GELU_TANH, Rotary.NONE, Paradigm.AUTOREGRESSIVE, 1),
  LLADA("llada", Norm.RMS, Mlp.SWIGLU, Rotary.NEIGHBOURS, Paradigm.MASKED_DIFFUSION, 0),
  DREAM("dream", Norm.RMS, Mlp.SWIGLU, Rotary.HALVES, Paradigm.MASKED_DIFFUSION, 1);

  /** Which components of a head the file's rotary embedding turns together. */
  enum Rotary {
    /** Learned positions instead. */
    NONE,
    /** i and i + half: as the runtime wants it. */
    HALVES,
    /** 2i and 2i + 1: rows of Q and K are put back in order on load. */
    NEIGHBOURS
  }

  final String name;
  final Norm norm;
  final Mlp mlp;
  final Rotary rotary;
  final Paradigm paradigm;
  final int logitShift;

  GgufArchitecture(
      String name, Norm norm, Mlp mlp, Rotary rotary, Paradigm paradigm, int logitShift) {
    this.name = name;
    this.norm = norm;
    this.mlp = mlp;
    this.rotary = rotary;
    this.paradigm = paradigm;
    this.logitShift = logitShift;
  }

  static Optional<GgufArchitecture> byName(String name) {
    return Arrays.stream(values()).filter(a -> a.name.equals(name)).findFirst();
  }

  static String supported() {
    return Arrays.stream(values()).map(a -> a.name).collect(Collectors.joining(", "));
  }
}
