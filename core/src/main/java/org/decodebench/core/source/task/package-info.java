/**
 * Small tasks with exact graders, as sources: the text is question and answer, and an answer is
 * right if and only if the source can produce it.
 */
package org.decodebench.core.source.task;
