package org.decodebench.core.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.decodebench.core.UsageException;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final List<DecoderProvider.Setting> KNOWN =
      List.of(
          new DecoderProvider.Setting("steps", "32", "steps"),
          new DecoderProvider.Setting("temperature", "0", "temperature"),
          new DecoderProvider.Setting("eager", "false", "a flag"));

  private static Settings parse(String text) {
    return Settings.parse("toy", KNOWN, text);
  }

  @Test
  void givenValuesWinOverDefaults() {
    Settings s = parse("steps=8, eager=true");
    assertEquals(8, s.integer("steps", 1, 100));
    assertEquals(0, s.number("temperature", 0, 10));
    assertTrue(s.flag("eager"));
    assertFalse(s.given("temperature"));
  }

  @Test
  void specIsCanonical() {
    assertEquals("toy", parse("").spec());
    assertEquals("toy", parse("steps=32").spec());
    assertEquals("toy:steps=8,temperature=1", parse("temperature=1,steps=8").spec());
  }

  @Test
  void errorsNameDecoderKeyAndWhatWasExpected() {
    assertError("toy", "bogus", "steps, temperature, eager", () -> parse("bogus=1"));
    assertError("toy", "key=value", "'steps'", () -> parse("steps"));
    assertError("toy", "twice", "steps", () -> parse("steps=1,steps=2"));
    assertError("steps=many", "1 to 9", "toy", () -> parse("steps=many").integer("steps", 1, 9));
    assertError("steps=10", "1 to 9", "toy", () -> parse("steps=10").integer("steps", 1, 9));
    assertError(
        "temperature=NaN",
        "number",
        "toy",
        () -> parse("temperature=NaN").number("temperature", 0, 2));
    assertError("eager=yes", "true or false", "toy", () -> parse("eager=yes").flag("eager"));
  }

  private static void assertError(String a, String b, String c, Runnable action) {
    String message = assertThrows(UsageException.class, action::run).getMessage();
    assertTrue(message.contains(a) && message.contains(b) && message.contains(c), message);
  }
}
