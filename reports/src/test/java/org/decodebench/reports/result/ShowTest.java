package org.decodebench.reports.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShowTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          35364.2   | 35,364
          100       | 100
          99.94     | 99.9
          1         | 1.00
          0.91      | 0.910
          0.0254    | 0.0254
          0.00512   | 0.00512
          -0.0346   | -0.0346
          0.0000123 | 1.23e-05
          0         | 0
          NaN       | –
          """)
  void numbersHaveThreeSignificantDigits(double value, String shown) {
    assertEquals(shown, Show.number(value));
  }

  @Test
  void sharesArePercentagesAndOnlyTheExactHaveNoDecimals() {
    Figure valid = Figure.of("valid_share");
    assertEquals("0 %", Show.value(valid, 0));
    assertEquals("83.4 %", Show.value(valid, 0.8342));
    assertEquals("100.0 %", Show.value(valid, 0.9999));
    assertEquals("100 %", Show.value(valid, 1));
  }

  @Test
  void aBoundIsMarked() {
    assertEquals("≤ ", Show.bound("nelbo"));
    assertEquals("", Show.bound("exact"));
    assertEquals("", Show.bound(null));
  }
}
