package org.decodebench.training;

import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;

/**
 * The model card: what the network is and on what budget it was trained.
 *
 * @param commit the sources that trained, as git knows them
 * @param trainingNll mean over the last tenth of the steps, nats a text token
 * @param heldOutNll nats a text token, of the stored weights
 * @param sourceEntropy exact nats a token, NaN without a source
 */
record ModelCard(
    TrainConfig config,
    String commit,
    ModelConfig model,
    String dtype,
    long parameters,
    long step,
    long tokens,
    double trainingNll,
    double heldOutNll,
    int heldOutCanvases,
    double sourceEntropy,
    double seconds) {

  String markdown() {
    StringBuilder card = new StringBuilder();
    card.append("# ").append(config.name()).append("\n\n").append(summary()).append("\n\n");
    card.append("| | |\n| --- | --- |\n");
    row(card, "architecture", architecture());
    row(card, "parameters", "%,d, stored as %s".formatted(parameters, dtype));
    row(card, "objective", objective());
    config.init().ifPresent(from -> row(card, "starts from", from));
    row(
        card,
        "data",
        "%s, canvas of %d positions, begin token first"
            .formatted(config.data().description(), config.data().canvas()));
    row(
        card,
        "tokens seen",
        "%,d canvas tokens in %,d of %,d steps of %d canvases; %.0f %% of the steps cut to a random shorter length"
            .formatted(tokens, step, config.steps(), config.batch(), 100 * config.crop()));
    TrainConfig.Optimizer o = config.optimizer();
    row(
        card,
        "optimiser",
        "AdamW, beta1 %s, beta2 %s, weight decay %s on matrices but the embedding, gradient norm clipped at %s"
            .formatted(o.beta1(), o.beta2(), o.weightDecay(), o.clip()));
    row(
        card,
        "schedule",
        "warm-up over %.0f %% of the steps to %s, cosine down to %.0f %% of it"
            .formatted(100 * o.warmup(), o.rate(), 100 * o.last()));
    row(card, "seed", Long.toString(config.seed()));
    row(card, "commit", commit);
    row(
        card,
        "runtime",
        "DJL on PyTorch %s, %d threads, F32, %.0f s"
            .formatted(Torch.version(), config.threads(), seconds));
    row(
        card,
        "final training loss",
        "%.4f nats a text token (mean of the last tenth)".formatted(trainingNll));
    row(card, "held-out", heldOut());
    return card.toString();
  }

  private String summary() {
    if (config.init().isPresent()) {
      return "Trained by `decodebench train` from the weights of another model, as published diffusion"
          + " models are adapted from autoregressive ones; its budget comes on top of that model's.";
    }
    return "Trained by `decodebench train` as one of a set with the same architecture, budget, optimiser"
        + " and schedule for every objective, so that decoders can be compared on it.";
  }

  private String architecture() {
    return "Llama style: RMSNorm, rotate-half RoPE, grouped queries, SwiGLU, tied embeddings; "
        + "%d layers, hidden %d, %d heads, %d key-value heads, head size %d, MLP %d, vocabulary %d"
            .formatted(
                model.layers(),
                model.hiddenSize(),
                model.heads(),
                model.kvHeads(),
                model.headSize(),
                model.mlpSize(),
                model.vocabSize());
  }

  private String objective() {
    return switch (model.paradigm()) {
      case MASKED_DIFFUSION -> "masked diffusion (2406.07524), 1/t-weighted";
      case BLOCK_DIFFUSION -> "block diffusion (2503.09573), block %d".formatted(model.blockSize());
      case UNIFORM_DIFFUSION ->
          "diffusion whose noise is random tokens (2107.03006), the bound of a sampler of %d steps"
              .formatted(Objective.UniformDiffusion.STEPS);
      default -> "next token";
    };
  }

  private String heldOut() {
    boolean exact = model.paradigm() == Paradigm.AUTOREGRESSIVE;
    String text =
        "%.4f nats a text token, perplexity %.4f (%s, %d canvases)"
            .formatted(
                heldOutNll,
                Math.exp(heldOutNll),
                exact ? "exact" : "nelbo: an upper bound",
                heldOutCanvases);
    return Double.isNaN(sourceEntropy)
        ? text
        : text
            + "; the source's own: %.4f nats, perplexity %.4f"
                .formatted(sourceEntropy, Math.exp(sourceEntropy));
  }

  private static void row(StringBuilder card, String name, String value) {
    card.append("| ").append(name).append(" | ").append(value).append(" |\n");
  }
}
