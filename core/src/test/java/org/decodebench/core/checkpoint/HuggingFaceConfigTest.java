package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceConfigTest {
  private static final String LLAMA =
      "{'model_type':'llama','hidden_size':64,'intermediate_size':172,'num_hidden_layers':5,"
          + "'num_attention_heads':8,'num_key_value_heads':4,'vocab_size':512,"
          + "'max_position_embeddings':512,'rms_norm_eps':1e-05,'tie_word_embeddings':true}";

  private static ModelConfig read(String json) {
    return HuggingFaceConfig.read(
        "config.json",
        JsonFile.object(
            "config.json",
            json.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        OptionalInt.empty());
  }

  /** The base file with more members. */
  private static String with(String members) {
    return LLAMA.substring(0, LLAMA.length() - 1) + "," + members + "}";
  }

  @Test
  void llamaWithoutOurObjectIsAutoregressive() {
    ModelConfig config = read(LLAMA);
    assertEquals(8, config.headSize());
    assertEquals(Paradigm.AUTOREGRESSIVE, config.paradigm());
    assertEquals(1, config.logitShift());
    assertEquals(new Positions.Rope(10000, 8, new RopeScaling.None()), config.positions());
    assertTrue(config.tiedEmbeddings());
  }

  @Test
  void ourObjectSaysWhatAModelWasTrainedToDo() {
    ModelConfig config =
        read(
            with(
                "'decodebench':{'paradigm':'block-diffusion','mask_token_id':2,'block_size':8,"
                    + "'tokenizer':'tales','canvas':96,'logit_shift':0}"));
    assertEquals(Paradigm.BLOCK_DIFFUSION, config.paradigm());
    assertEquals(OptionalInt.of(2), config.maskTokenId());
    assertEquals(8, config.blockSize());
    assertEquals(0, config.logitShift());
  }

  @Test
  void scalingOfPositionsIsReadInItsOldAndNewPlace() {
    RopeScaling llama3 = new RopeScaling.Llama3(32, 1, 4, 8192);
    String members =
        "'factor':32.0,'low_freq_factor':1.0,'high_freq_factor':4.0,"
            + "'original_max_position_embeddings':8192,'rope_type':'llama3'";
    assertEquals(
        new Positions.Rope(500000, 8, llama3),
        read(with("'rope_theta':500000.0,'rope_scaling':{" + members + "}")).positions());
    assertEquals(
        new Positions.Rope(500000, 8, llama3),
        read(with("'rope_parameters':{'rope_theta':500000.0," + members + "}")).positions());
    assertEquals(
        new Positions.Rope(10000, 8, new RopeScaling.Linear(2)),
        read(with("'rope_scaling':{'type':'linear','factor':2}")).positions());
  }

  @Test
  void theFamiliesDifferWhereTheyShould() {
    assertTrue(read(LLAMA.replace("llama", "qwen3")).qkNorm());
    assertEquals(128, read(LLAMA.replace("llama", "qwen3")).headSize());
    assertEquals(7, read(with("'sliding_window':7").replace("llama", "mistral")).slidingWindow());
    String qwen = with("'sliding_window':7,'max_window_layers':5").replace("llama", "qwen2");
    assertEquals(0, read(qwen).slidingWindow());
    assertEquals(
        7,
        read(qwen.replace(
                "'max_window_layers':5", "'max_window_layers':0,'use_sliding_window':true"))
            .slidingWindow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'llama'            | 'bert'        | 'model_type' is 'bert'; supported: llama, mistral, qwen2, qwen3, a2d-llama",
        "'hidden_size':64   | 'hidden_size':0 | 'hidden_size'",
        "'hidden_size':64   | 'hidden_size':1e99 | 'hidden_size'",
        "'hidden_size':64,  |               | 'hidden_size' is missing",
        "'hidden_size':64   | 'hidden_size':64,'logit_scale':0.1 | 'logit_scale' is not supported",
        "'hidden_size':64   | 'hidden_size':64,'hidden_act':'relu' | 'hidden_act'",
        "'hidden_size':64   | 'hidden_size':64,'rope_scaling':{'type':'yarn'} | yarn",
        "'hidden_size':64   | 'hidden_size':64,'quantization_config':{} | 'quantization_config'",
        "'hidden_size':64   | 'hidden_size':64,'decodebench':{'paradigm':'masked-diffusion'} | 'mask_token_id'",
        "'hidden_size':64   | 'hidden_size':64,'decodebench':{'mask_token_id':512} | 'mask_token_id'",
        "1e-05              | -1            | 'rms_norm_eps'",
        "heads':8           | heads':'8'    | 'num_attention_heads'",
      })
  void whatIsNotSupportedIsNamed(String from, String to, String expected) {
    String json = LLAMA.replace(from, to == null ? "" : to);
    String message = assertThrows(UsageException.class, () -> read(json)).getMessage();
    assertTrue(message.startsWith("config.json: "), message);
    assertTrue(message.contains(expected), message);
  }
}
