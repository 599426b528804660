#!/bin/sh
echo {{ name }} {% for i in interfaces %}{{ i.ip }}{% endfor %}
