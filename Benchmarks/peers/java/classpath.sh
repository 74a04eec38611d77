# The libraries of the Java peer; sourced.
lib=/usr/share/java
echo "$lib/amqp-client.jar:$lib/postgresql.jar:$lib/jackson-databind.jar:$lib/jackson-core.jar:$lib/jackson-annotations.jar:$lib/slf4j-api.jar:$lib/slf4j-nop.jar"
