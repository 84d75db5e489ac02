package org.decodebench.training;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.decodebench.core.checkpoint.SafetensorsWriter;
import org.decodebench.core.model.ModelConfig;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Trained heads as a folder: config.json, model.safetensors, README.md. */
final class HeadsFolder {
  private HeadsFolder() {}

  static void write(HeadsConfig config, Heads heads, HeadsRun.Result result) throws IOException {
    Files.createDirectories(config.output());
    SafetensorsWriter.write(
        config.output().resolve("model.safetensors"), heads.tensors(), Map.of("format", "pt"));
    ModelFolder.text(config.output().resolve("config.json"), json(config, heads.config()));
    ModelFolder.text(config.output().resolve("README.md"), card(config, result));
  }

  private static String json(HeadsConfig config, ModelConfig c) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model_type", "llama");
    json.put("vocab_size", c.vocabSize());
    json.put("hidden_size", c.hiddenSize());
    json.put("intermediate_size", c.mlpSize());
    json.put("num_hidden_layers", c.layers());
    json.put("num_attention_heads", c.heads());
    json.put("num_key_value_heads", c.kvHeads());
    json.put("head_dim", c.headSize());
    json.put("hidden_act", "silu");
    json.put("max_position_embeddings", c.contextLength());
    json.put("rms_norm_eps", Double.parseDouble(Float.toString(c.normEpsilon())));
    json.put("rope_theta", ((ModelConfig.Positions.Rope) c.positions()).theta());
    json.put("tie_word_embeddings", false);
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("paradigm", "autoregressive");
    own.put("logit_shift", 1);
    own.put("tokenizer", config.source());
    own.put("canvas", config.canvas());
    own.put("heads", config.kind().name().toLowerCase(Locale.ROOT));
    own.put("target", config.target());
    json.put("decodebench", own);
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(json)
        + "\n";
  }

  private static String card(HeadsConfig config, HeadsRun.Result result) {
    boolean medusa = config.kind() == HeadsConfig.Kind.MEDUSA;
    String what =
        medusa
            ? "%d Medusa heads (2401.10774)".formatted(config.count())
            : "An EAGLE head (2401.15077): one layer, %d heads, %d key-value heads, head size %d, MLP %d"
                .formatted(
                    config.shape().heads(),
                    config.shape().kvHeads(),
                    config.shape().headSize(),
                    config.shape().mlp());
    TrainConfig.Optimizer o = config.optimizer();
    return """
    # %s

    %s for `%s`, whose weights were frozen. They read its hidden states and draft for it; alone they are no model.

    | | |
    | --- | --- |
    | data | source %s, canvas of %d positions |
    | tokens seen | %,d canvas tokens in %,d steps of %d canvases |
    | optimiser | AdamW, peak rate %s, warm-up %.0f %%, cosine down to %.0f %% |
    | seed | %d |
    | stored as | BF16, with the target's output projection |
    | held-out, by depth of the draft | nats a token %s; most probable token right %s |
    """
        .formatted(
            config.name(),
            what,
            config.target(),
            config.source(),
            config.canvas(),
            config.steps() * config.batch() * config.canvas(),
            config.steps(),
            config.batch(),
            o.rate(),
            100 * o.warmup(),
            100 * o.last(),
            config.seed(),
            list(result.nll(), "%.4f", 1),
            list(result.correct(), "%.1f %%", 100));
  }

  private static String list(double[] values, String format, double times) {
    return Arrays.stream(values)
        .mapToObj(v -> String.format(Locale.ROOT, format, v * times))
        .collect(Collectors.joining(", "));
  }
}
