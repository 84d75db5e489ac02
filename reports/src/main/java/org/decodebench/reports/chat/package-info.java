/** Conversations in the form that a checkpoint was trained on. */
package org.decodebench.reports.chat;
