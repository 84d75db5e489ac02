package org.decodebench.reports.compare;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.decodebench.reports.result.Show;

/** JUnit's XML: a test case a compared metric, a failure a regression, skipped where undecided. */
final class JUnitReport {
  private JUnitReport() {}

  static String of(Comparison c) {
    StringWriter out = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", "decodebench compare");
      xml.writeAttribute("tests", Integer.toString(c.changes().size() + c.failures().size()));
      xml.writeAttribute(
          "failures", Long.toString(c.count(Verdict.REGRESSED) + c.failures().size()));
      xml.writeAttribute("errors", "0");
      xml.writeAttribute("skipped", Long.toString(c.count(Verdict.UNDECIDED)));
      for (Subject s : c.failures()) {
        start(xml, s, "runs");
        element(xml, "failure", "no fork finished");
        xml.writeEndElement();
      }
      for (Change change : c.changes()) {
        test(xml, change);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e); // a string does not fail
    }
    return out.append('\n').toString();
  }

  private static void test(XMLStreamWriter xml, Change change) throws XMLStreamException {
    start(xml, change.subject(), change.metric().name());
    String text =
        String.format(
            Locale.ROOT,
            "%s → %s, ratio %s %s: %s%s",
            Show.number(change.before()),
            Show.number(change.after()),
            Show.number(change.ratio()),
            Formats.interval(change),
            change.verdict(),
            change.note().isEmpty() ? "" : " (" + change.note() + ")");
    switch (change.verdict()) {
      case REGRESSED -> element(xml, "failure", text);
      case UNDECIDED -> element(xml, "skipped", text);
      case IMPROVED, UNCHANGED -> {
        xml.writeStartElement("system-out");
        xml.writeCharacters(clean(text));
        xml.writeEndElement();
      }
    }
    xml.writeEndElement();
  }

  private static void start(XMLStreamWriter xml, Subject s, String test) throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", clean(s.name() + " (" + s.context() + ")"));
    xml.writeAttribute("name", test);
  }

  private static void element(XMLStreamWriter xml, String name, String text)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeAttribute("message", clean(text));
    xml.writeEndElement();
  }

  /** Without characters that XML cannot hold. */
  private static String clean(String text) {
    return text.codePoints()
        .filter(c ->
            c == '\t'
                || c == '\n'
                || c >= 0x20 && c <= 0xD7FF
                || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
