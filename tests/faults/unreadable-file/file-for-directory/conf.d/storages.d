images: {type: dir}
