/** Model files from the Hugging Face hub, in the cache that its own tools use. */
package org.decodebench.core.hub;
