package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.decodebench.core.UsageException;
import tools.jackson.databind.node.ObjectNode;

/** The files of a model: a folder, or resources on the class path. */
sealed interface ModelFiles {

  /** For messages. */
  String name();

  boolean has(String file);

  /**
   * @throws UsageException if the file is missing or no JSON object
   */
  ObjectNode json(String file);

  /**
   * @throws UsageException if the file is missing or damaged
   */
  SafetensorsFile safetensors(String file);

  /** The text of a file, if it is there. */
  Optional<String> text(String file);

  /** A folder as Hugging Face's libraries write it. */
  record Folder(Path path) implements ModelFiles {
    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public boolean has(String file) {
      return Files.isRegularFile(path.resolve(file));
    }

    @Override
    public ObjectNode json(String file) {
      return JsonFile.object(path.resolve(file));
    }

    @Override
    public SafetensorsFile safetensors(String file) {
      return SafetensorsFile.open(path.resolve(file));
    }

    @Override
    public Optional<String> text(String file) {
      try {
        return has(file) ? Optional.of(Files.readString(path.resolve(file))) : Optional.empty();
      } catch (IOException e) {
        throw new UsageException("cannot read " + path.resolve(file) + ": " + e, e);
      }
    }
  }

  /** A model inside the application. */
  record Embedded(String name) implements ModelFiles {
    private static final String ROOT = "/org/decodebench/models/";

    @Override
    public boolean has(String file) {
      return ModelFiles.class.getResource(ROOT + name + "/" + file) != null;
    }

    @Override
    public ObjectNode json(String file) {
      return JsonFile.object(name + "/" + file, bytes(file));
    }

    @Override
    public SafetensorsFile safetensors(String file) {
      return SafetensorsFile.open(name + "/" + file, MemorySegment.ofArray(bytes(file)), () -> {});
    }

    @Override
    public Optional<String> text(String file) {
      return has(file)
          ? Optional.of(new String(bytes(file), StandardCharsets.UTF_8))
          : Optional.empty();
    }

    private byte[] bytes(String file) {
      try (InputStream in = ModelFiles.class.getResourceAsStream(ROOT + name + "/" + file)) {
        if (in == null) {
          throw new UsageException("embedded model " + name + " has no " + file);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UsageException("embedded model " + name + ": cannot read " + file, e);
      }
    }
  }
}
