/**
 * The report page: one self-contained HTML file, its charts and its short Markdown form. Reads what
 * {@code reports.result} holds; runs nothing.
 */
package org.decodebench.reports.page;
