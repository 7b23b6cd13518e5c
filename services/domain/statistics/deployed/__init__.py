"""What definitions of deployed programs share: how such a program looks at dossiers, and bugs that several have."""
