/** Tasks with exact graders: train one model a paradigm on each, ask, count right answers. */
package org.decodebench.reports.tasks;
