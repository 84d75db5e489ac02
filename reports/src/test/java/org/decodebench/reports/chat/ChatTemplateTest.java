package org.decodebench.reports.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.ByteTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.reports.chat.ChatTemplate.Message;
import org.junit.jupiter.api.Test;

/** Templates as published, with what transformers' apply_chat_template makes of them. */
class ChatTemplateTest {
  private static final Tokenizer BYTES = new ByteTokenizer();
  private static final List<Message> TALK =
      List.of(
          new Message("system", "Be brief."),
          new Message("user", " Hi "),
          new Message("assistant", "Hello."),
          new Message("user", "Who?"));

  private static String render(String template, List<Message> messages) {
    return new ChatTemplate("model", template).render(messages, BYTES);
  }

  @Test
  void chatMl() {
    String template =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' +"
            + " message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    assertEquals(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n"
            + "<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
            + "<|im_start|>assistant\n",
        render(template, TALK));
  }

  @Test
  void llama2WithSlicesNamespacesAndLoopVariables() {
    String template =
        """
        {% if messages[0]['role'] == 'system' %}
            {% set loop_messages = messages[1:] %}
            {% set system_message = messages[0]['content'] %}
        {% else %}
            {% set loop_messages = messages %}
            {% set system_message = false %}
        {% endif %}
        {% for message in loop_messages %}
            {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
                {{ raise_exception('roles must alternate') }}
            {% endif %}
            {% if loop.index0 == 0 and system_message != false %}
                {% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}
            {% else %}
                {% set content = message['content'] %}
            {% endif %}
            {% if message['role'] == 'user' %}
        {{- bos_token + '[INST] ' + content.strip() + ' [/INST]' -}}
            {% elif message['role'] == 'assistant' %}
        {{- ' ' + content.strip() + ' ' + eos_token -}}
            {% endif %}
        {% endfor %}
        """;
    assertEquals(
        "<begin>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n Hi [/INST] Hello. <end>"
            + "<begin>[INST] Who? [/INST]",
        render(template, TALK).strip());
    List<Message> wrong = List.of(new Message("assistant", "x"));
    UsageException e = assertThrows(UsageException.class, () -> render(template, wrong));
    assertTrue(e.getMessage().contains("roles must alternate"), e.getMessage());
  }

  @Test
  void llama3WithTrimAndTests() {
    String template =
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
            + "{% set content = '<|start_header_id|>' + message['role'] +"
            + " '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}"
            + "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
            + "{{ content }}{% endfor %}{% if add_generation_prompt is defined and"
            + " add_generation_prompt %}"
            + "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}";
    assertEquals(
        "<begin><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\n",
        render(template, List.of(new Message("user", " Hi "))));
  }

  @Test
  void pythonsStringMethodsAndDefaultSystemPrompts() {
    String template =
        """
        {%- if messages[0].role != 'system' %}
            {{- 'S: none\\n' }}
        {%- endif %}
        {%- for m in messages %}
            {%- if m.content.startswith('<x>') and not m.content.endswith('</x>') %}
                {{- 'odd' }}
            {%- else %}
                {{- m.role.upper() + ': ' + m.content.rstrip() + '\\n' }}
            {%- endif %}
        {%- endfor %}
        """;
    assertEquals(
        "S: none\nUSER: Hi\n",
        render(template, List.of(new Message("user", "Hi  "))).stripTrailing() + "\n");
  }

  @Test
  void namespacesSlicesAndSplitsAsTemplatesOfThinkingModelsUseThem() {
    String template =
        """
        {%- set ns = namespace(open=true, last=messages|length - 1) %}
        {%- for m in messages[::-1] %}
            {%- set index = (messages|length - 1) - loop.index0 %}
            {%- if ns.open and m.role == "user" and m.content is string %}
                {%- set ns.open = false %}
                {%- set ns.last = index %}
            {%- endif %}
        {%- endfor %}
        {%- for m in messages %}
            {%- set content = m.content %}
            {%- if '</think>' in content %}
                {%- set content = content.split('</think>')[-1].lstrip('\n') %}
            {%- endif %}
            {{- loop.index0 ~ m.role[:1] + ':' + content + ('|' if loop.index0 < ns.last else '$') }}
        {%- endfor %}
        """;
    List<Message> talk =
        List.of(
            new Message("user", "Hi"),
            new Message("assistant", "<think>\nx\n</think>\n\nHello."),
            new Message("user", "Who?"));
    assertEquals("0u:Hi|1a:Hello.|2u:Who?$", render(template, talk));
  }

  /** Checked against Jinja 3.1 with trim_blocks and lstrip_blocks. */
  @Test
  void whiteSpaceIsKeptAndDroppedAsJinjaDoes() {
    String template =
        """
        {# a comment #}
        A
          {% if messages|length > 1 %}
          B {{ messages | length }}
          {%+ if true %}x{% endif %} \

          {% else %}
          C  \

          {%- endif +%}
         {% for m in messages %}[{{ loop.index }}]{% endfor %}
        {{ "quoted %} }} inside" }} {{- " z" -}}

        end
        """;
    assertEquals(
        "A\n  C\n[1]quoted %} }} inside zend", render(template, List.of(new Message("user", "x"))));
    assertEquals("A\n  B 4\n  x \n\n[1][2][3][4]quoted %} }} inside zend", render(template, TALK));
  }

  @Test
  void brokenTemplatesGiveOneLine() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> render("{% for m in messages %}{{ m.content", List.of(TALK.getFirst())));
    assertEquals(1, e.getMessage().lines().count());
    assertTrue(e.getMessage().startsWith("model: the chat template"), e.getMessage());
  }

  @Test
  void theBeginTokenIsNotThereTwice() {
    assertArrayEquals(new int[] {ByteTokenizer.BEGIN, 'a'}, ChatTemplate.encode("<begin>a", BYTES));
    assertArrayEquals(new int[] {ByteTokenizer.BEGIN, 'a'}, ChatTemplate.encode("a", BYTES));
  }
}
