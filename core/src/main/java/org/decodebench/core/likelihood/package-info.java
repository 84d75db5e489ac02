/** What a model's likelihood of texts is: methods register by name, a bound is always labelled. */
package org.decodebench.core.likelihood;
