#!/bin/sh
katello-configure --deployment=sam
