package org.decodebench.reports.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.el.ext.NamedParameter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.objects.Namespace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELResolver;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A checkpoint's chat template (Jinja), applied with the settings that Hugging Face's libraries
 * use: blocks are trimmed, {@code add_generation_prompt} is true, and {@code raise_exception} ends
 * it.
 */
public final class ChatTemplate {
  private static final int LONGEST = 1 << 20;

  /**
   * A turn.
   *
   * @param role {@code system}, {@code user} or {@code assistant}
   */
  public record Message(String role, String content) {}

  private final String model;
  private final String template;

  /**
   * @param model for messages
   */
  public ChatTemplate(String model, String template) {
    this.model = model;
    this.template = Whitespace.resolved(template);
  }

  /**
   * The text after which the model answers.
   *
   * @throws UsageException if the template refuses the conversation or cannot be read
   */
  public String render(List<Message> messages, Tokenizer tokenizer) {
    Map<String, Object> context = new LinkedHashMap<>();
    context.put(
        "messages",
        messages.stream()
            .map(m -> new LinkedHashMap<>(Map.of("role", m.role(), "content", m.content())))
            .toList());
    context.put("add_generation_prompt", true);
    context.put("bos_token", piece(tokenizer, tokenizer.begin().orElse(-1)));
    context.put("eos_token", piece(tokenizer, tokenizer.end().orElse(-1)));
    RenderResult result = jinjava().renderForResult(template, context);
    Optional<TemplateError> fatal =
        result.getErrors().stream()
            .filter(e -> e.getSeverity() == TemplateError.ErrorType.FATAL)
            .findFirst();
    if (fatal.isPresent()) {
      String why = why(fatal.get()).lines().findFirst().orElse("");
      throw new UsageException("%s: the chat template cannot be used: %s".formatted(model, why));
    }
    return result.getOutput();
  }

  /** What the template itself says with {@code raise_exception}, else what the engine says. */
  private static String why(TemplateError error) {
    for (Throwable e = error.getException(); e != null; e = e.getCause()) {
      if (e instanceof UsageException said) {
        return said.getMessage();
      }
    }
    return String.valueOf(error.getMessage());
  }

  /**
   * Ids of a rendered conversation; a template that writes the begin token itself does not get a
   * second one from the tokenizer.
   */
  public static int[] encode(String text, Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(text, true);
    boolean twice =
        ids.length > 1
            && tokenizer.begin().isPresent()
            && ids[0] == tokenizer.begin().getAsInt()
            && ids[1] == ids[0];
    return twice ? java.util.Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  private static String piece(Tokenizer tokenizer, int id) {
    return id < 0 ? "" : tokenizer.piece(id);
  }

  private static Jinjava jinjava() {
    JinjavaConfig config =
        JinjavaConfig.newBuilder()
            .withElResolver(resolver())
            .withMaxOutputSize(LONGEST)
            .withMaxRenderDepth(20)
            .withLegacyOverrides(
                LegacyOverrides.newBuilder().withUsePyishObjectMapper(true).build())
            .build();
    Jinjava jinjava = new Jinjava(config);
    jinjava
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition(
                "", "namespace", ChatTemplate.class, "namespace", Object[].class));
    jinjava
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition(
                "", "raise_exception", ChatTemplate.class, "raise", String.class));
    jinjava
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition("", "strftime_now", ChatTemplate.class, "now", String.class));
    return jinjava;
  }

  private static ELResolver resolver() {
    CompositeELResolver both = new CompositeELResolver();
    both.add(new PythonStrings());
    both.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
    return both;
  }

  /** Called by templates: {@code namespace(name=value, …)}; the engine's own knows no names. */
  public static Namespace namespace(Object... values) {
    Namespace namespace = new Namespace();
    for (Object value : values) {
      if (value instanceof NamedParameter named) {
        namespace.put(named.getName(), named.getValue());
      }
    }
    return namespace;
  }

  /** Called by templates. */
  public static String raise(String message) {
    throw new UsageException(message);
  }

  /** Called by templates that want today's date; runs shall not depend on the day. */
  public static String now(String format) {
    return format.contains("%B") ? "1 January 2025" : "01 Jan 2025";
  }
}
