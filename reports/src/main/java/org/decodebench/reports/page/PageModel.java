package org.decodebench.reports.page;

import java.util.List;
import org.decodebench.reports.result.Figure;

/**
 * Everything that the page says, ready to be printed by the templates, which escape it. What is
 * named {@code svg}, {@code style}, {@code script} or {@code json} is markup of our own, printed as
 * it is.
 *
 * @param title of the document
 * @param lead what was compared, where and when
 * @param answer sentences
 * @param warnings what may have spoilt the numbers
 * @param policy Content-Security-Policy, with the hashes of style and script
 * @param frontiers speed against quality
 * @param keys decoders that occur, with their mark
 * @param table summary
 * @param replayJson traces for the replay; empty if there are none
 * @param rooflineHtml the machine's limits and predictions; may be empty
 * @param comparison of the first result folder with the others; may be empty
 * @param phasesSvg where the time goes; may be empty
 * @param drafting decoders that draft: where their time goes and whether it pays; may have no rows
 * @param draftingSvg their speed-up against acceptance; may be empty
 * @param latencySvg distributions; may be empty
 * @param barsSvg one a headline figure
 * @param samples texts side by side
 * @param shading of which of them it is known
 * @param origins one a result folder
 * @param rooflines speed of the work against what the machine can do; may be empty
 * @param errors parts of the error of samplers; may be empty
 * @param definitions of the figures that occur
 */
public record PageModel(
    String title,
    String lead,
    List<String> answer,
    List<String> warnings,
    String policy,
    String style,
    String script,
    List<Chart> frontiers,
    List<Key> keys,
    Table table,
    Table cost,
    String replayJson,
    String rooflineHtml,
    List<Comparison> comparison,
    String phasesSvg,
    Table drafting,
    String draftingSvg,
    String latencySvg,
    List<String> barsSvg,
    List<Sample> samples,
    Shading shading,
    List<Origin> origins,
    List<Chart> rooflines,
    List<Errors> errors,
    List<Figure> definitions) {

  /** A picture with what must be said about it. */
  public record Chart(String svg, String caption) {}

  /** A decoder's mark in charts. */
  public record Key(String name, String css, String mark) {}

  /**
   * @param groups of columns that can be hidden
   */
  public record Table(List<Group> groups, List<Column> columns, List<Row> rows) {}

  /**
   * Parts of the error of samplers.
   *
   * @param svg error against speed; may be empty
   */
  public record Errors(String name, String svg, Table table) {}

  /** A group of columns. */
  public record Group(String css, String name) {}

  /**
   * @param name in the files
   * @param better which way is good, in words; may be empty
   * @param group CSS classes
   */
  public record Column(String name, String label, String better, String group, boolean numeric) {}

  /**
   * @param id of its marks in charts
   * @param css of its decoder
   */
  public record Row(String id, String css, boolean baseline, List<Cell> cells) {}

  /**
   * @param text for people
   * @param note smaller, below: an interval, a kind
   * @param value for sorting and copying; may be empty
   * @param css of the text; may be empty
   */
  public record Cell(String text, String note, String value, String css) {
    Cell(String text, String note, String value) {
      this(text, note, value, "");
    }
  }

  /** Verdicts against another result folder. */
  public record Comparison(String title, String summary, Table table) {}

  /**
   * A prompt with what each decoder made of it.
   *
   * @param prompt its text
   */
  public record Sample(String prompt, List<Text> texts) {}

  /**
   * @param note stop, length, surprisal
   */
  public record Text(String label, String css, List<Token> tokens, String note) {}

  /**
   * @param css shade of its surprisal, may be empty
   * @param title what the shade means, may be empty
   */
  public record Token(String piece, String css, String title) {}

  /** Whether texts are shaded by their surprisal under a source. */
  public enum Shading {
    ALL,
    SOME,
    NONE
  }

  /** What was measured on what machine. */
  public record Origin(
      String tag, List<Fact> facts, Table models, Table hashes, String experimentFile) {}

  /** A line of the environment. */
  public record Fact(String name, String value) {}
}
