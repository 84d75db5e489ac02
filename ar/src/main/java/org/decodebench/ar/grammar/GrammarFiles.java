package org.decodebench.ar.grammar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.decodebench.core.UsageException;

/** Grammars from files. */
public final class GrammarFiles {
  private GrammarFiles() {}

  /**
   * @throws UsageException if the file cannot be read, or holds no grammar
   */
  public static Grammar gbnf(Path file) {
    return GbnfParser.parse(file.toString(), read(file));
  }

  /**
   * @throws UsageException if the file cannot be read, or holds a schema outside the subset
   */
  public static Grammar jsonSchema(Path file) {
    return JsonSchemaGrammar.parse(file.toString(), read(file));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UsageException("cannot read the grammar %s as UTF-8 text".formatted(file), e);
    }
  }
}
