"""What makes a process of a service: settings, logs, metrics, traces, health and the HTTP edge."""
