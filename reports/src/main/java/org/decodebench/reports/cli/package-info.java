/** The command line: one picocli command a class, no logic. */
package org.decodebench.reports.cli;
