package org.decodebench.core.decode;

import java.util.List;

/** Registers a decoder by name through {@link java.util.ServiceLoader}. */
public interface DecoderProvider {

  String name();

  /** One line for the help. */
  String summary();

  /** Its settings: name, default, what it means. Others are refused. */
  List<Setting> settings();

  Decoder create(Settings settings, DecoderContext context);

  /**
   * @param name key on the command line
   * @param defaultValue as it would be written; empty for "none"
   * @param meaning one line
   */
  record Setting(String name, String defaultValue, String meaning) {}
}
